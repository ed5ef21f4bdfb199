package catalog

import (
	"context"
	"errors"
	"iter"

	"github.com/patchbay/patchbay/connector"
)

// Connections are those of a principal: the ones it made, and the ones that are shared
// in its tenant. Others cannot be told from missing ones (C5). Take one from
// Viewer.Connections. It is safe for concurrent use.
type Connections struct {
	cat       *Catalog
	principal Principal
}

// Connections returns the principal's connections.
func (v *Viewer) Connections() *Connections {
	return &Connections{cat: v.cat, principal: v.principal}
}

// ConnectionQuery narrows a list of connections. The zero value, and nil, mean
// all.
type ConnectionQuery struct {
	Connector connector.Key
	Folder    *string // nil: any
	State     ConnectionState
}

func (q *ConnectionQuery) match(r *connRecord) bool {
	return q == nil || (q.Connector == "" || q.Connector == r.Key) &&
		(q.Folder == nil || *q.Folder == r.Folder) && (q.State == "" || q.State == r.State)
}

func (c *Connections) allow(ctx context.Context, op string, action Action, key string) error {
	err := c.cat.usable()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = c.cat.authorize(ctx, c.principal, action, key)
	}
	if err == nil {
		err = checkTenant(c.principal)
	}
	if err != nil {
		return &Error{Op: op, Key: key, Err: err}
	}
	return nil
}

// List lists the connections, in no particular order. Connections made or
// removed while it is read may or may not be included.
func (c *Connections) List(ctx context.Context, q *ConnectionQuery) iter.Seq2[Connection, error] {
	const op = "list connections"
	return func(yield func(Connection, error) bool) {
		if err := c.allow(ctx, op, ActionView, ""); err != nil {
			yield(Connection{}, err)
			return
		}
		for rec, err := range c.cat.list(ctx, tenantKey(prefixConn, c.principal.Tenant, "")) {
			var r connRecord
			if err == nil {
				r, err = decode[connRecord](rec)
			}
			if err == nil && (!r.visible(c.principal) || !q.match(&r)) {
				continue
			}
			var conn Connection
			if err == nil {
				conn, err = c.show(ctx, &r)
			}
			if err != nil {
				yield(Connection{}, &Error{Op: op, Err: err})
				return
			}
			if !yield(conn, nil) {
				return
			}
		}
	}
}

// Get returns one connection, or an error wrapping ErrNotFound.
func (c *Connections) Get(ctx context.Context, id string) (*Connection, error) {
	const op = "get connection"
	if err := c.allow(ctx, op, ActionView, ""); err != nil {
		return nil, err
	}
	r, _, err := c.find(ctx, id)
	if err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	conn, err := c.show(ctx, r)
	if err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	return &conn, nil
}

// find reads a connection. Hidden ones are not found (C5).
func (c *Connections) find(ctx context.Context, id string) (*connRecord, Revision, error) {
	r := connRecord{ID: id, Tenant: c.principal.Tenant}
	if id == "" || len(r.key()) > MaxStoreKey {
		return nil, 0, ErrNotFound
	}
	found, rev, err := get[connRecord](ctx, c.cat, r.key())
	if err != nil {
		return nil, 0, plainNotFound(err)
	}
	if !found.visible(c.principal) {
		return nil, 0, ErrNotFound
	}
	return &found, rev, nil
}

// plainNotFound drops what a store adds to ErrNotFound, so that hidden and
// missing read the same (C5).
func plainNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return ErrNotFound
	}
	return err
}

func (c *Connections) show(ctx context.Context, r *connRecord) (Connection, error) {
	id, _, err := get[string](ctx, c.cat, r.defaultKey())
	return r.connection(id == r.ID), ignore(err, ErrNotFound)
}
