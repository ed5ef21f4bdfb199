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
	// After is ConnectionPage.Next of the page before; empty: from the first on.
	After string
	// Limit is how many connections a page has at most. Default 50, at most 1000. List
	// takes no notice of it.
	Limit int
}

// ConnectionPage is one page of connections.
type ConnectionPage struct {
	Connections []Connection
	// Next is the ConnectionQuery.After of the following page; empty: this is the last.
	Next string
}

// Bounds of a page of connections.
const (
	defaultConnections = 50
	maxConnections     = 1000
)

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
		prefix, after := tenantKey(prefixConn, c.principal.Tenant, ""), ""
		if q != nil && q.After != "" {
			after = prefix + q.After
		}
		for rec, err := range c.cat.listAfter(ctx, prefix, after) {
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

// Page returns one page of List. Connections made or removed between two pages may or may not be
// on one of them; no other is there twice or left out.
func (c *Connections) Page(ctx context.Context, q *ConnectionQuery) (*ConnectionPage, error) {
	limit := defaultConnections
	if q != nil && q.Limit > 0 {
		limit = min(q.Limit, maxConnections)
	}
	page := &ConnectionPage{}
	for conn, err := range c.List(ctx, q) {
		if err != nil {
			return nil, err
		}
		if len(page.Connections) == limit {
			page.Next = page.Connections[limit-1].ID
			break
		}
		page.Connections = append(page.Connections, conn)
	}
	return page, nil
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
