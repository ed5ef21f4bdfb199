package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// MoveToRelease moves a connection to the active release of its connector; nothing else does
// (C7). version names it, or is empty. Where the scheme of that release differs in what
// credentials are made for, the connection then needs to authenticate again. No policy
// is asked (G5). Only the owner may. The error wraps ErrNotFound when the release has no such scheme, ErrInvalid when
// version is not the active one or the scheme is of another type there; it is a *ParamError when a parameter that stays for ever
// does not fit, and a *TriggerError when a trigger of the connection does not. Then nothing is changed.
func (c *Connections) MoveToRelease(ctx context.Context, id, version string) (*Connection, error) {
	const op = "move connection"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	for {
		var upon connector.Key
		err := c.editing(ctx, op, id, func(r *connRecord) ([]Op, error) {
			upon = r.Key
			return c.moveTo(ctx, r, version)
		})
		if conflicted(err, publishedKey(upon)) {
			continue // another release has become active; ctx bounds the retries
		}
		if err != nil {
			return nil, &Error{Op: op, Key: id, Err: err}
		}
		return c.Get(ctx, id)
	}
}

func (c *Connections) moveTo(ctx context.Context, r *connRecord, version string) ([]Op, error) {
	if r.State == ConnectionQuarantined {
		return nil, fmt.Errorf("%w: it is quarantined: %s", ErrForbidden, r.Reason)
	}
	if err := c.cat.sync(ctx); err != nil {
		return nil, err
	}
	e := c.cat.snapshot().entry(r.Key)
	if e == nil || e.pub == nil {
		return nil, ErrNotFound
	}
	switch version {
	case "", e.active():
		version = e.active()
	default:
		return nil, fmt.Errorf("%w: release %s is not the active one, which is %s", ErrInvalid, version, e.active())
	}
	if version == r.Release {
		return nil, nil
	}
	next, scheme, err := c.cat.schemeIn(r, version)
	if err != nil {
		return nil, err
	}
	if scheme.Type != r.Type {
		return nil, fmt.Errorf("%w: scheme %q is of type %s there, not %s: make a new connection", ErrInvalid, r.Scheme, scheme.Type, r.Type)
	}
	triggers, err := c.moveTriggers(ctx, r, next)
	if err := errors.Join(r.paramsFit(scheme), err); err != nil {
		return nil, err
	}
	changes := c.cat.changesFor(r, scheme)
	// While it is active it is not pruned, and from then on it is held (P21).
	ops := []Op{Check(publishedKey(r.Key), atRevision(e.pubRev)), Delete(r.useKey(), Any())}
	r.Release = version
	if len(changes) > 0 {
		r.lose(fmt.Sprintf("release %s changes %s", version, strings.Join(changes, ", ")), c.cat.opts.Clock().UTC())
	}
	return append(append(ops, triggers...), Put(r.useKey(), encode(r.Tenant), Absent())), nil
}

// paramsFit returns a *ParamError for parameters that nobody can change and that a scheme would
// not accept: the connection could never authenticate again, and there is no way back.
func (r *connRecord) paramsFit(next *auth.Scheme) error {
	var faults []auth.Fault
	for i := range next.Params {
		p := &next.Params[i]
		if v, has := r.Params[p.Key]; has && !p.Secret {
			faults = append(faults, auth.Validate(next.Params[i:i+1], map[string]any{p.Key: v})...)
		}
	}
	if len(faults) > 0 {
		return &ParamError{Faults: faults}
	}
	return nil
}

// changesFor are the ways in which a scheme differs from the one that a connection was
// made by. One that cannot be found differs.
func (c *Catalog) changesFor(r *connRecord, next *auth.Scheme) []string {
	_, scheme, err := c.schemeOf(r)
	if err != nil {
		return []string{"the release it was made with, which is gone"}
	}
	return scheme.Changes(next)
}

// Reauthentication is a connection that would have to authenticate again if it was moved to another
// release.
type Reauthentication struct {
	Connection Connection
	// Changes are the differences between the schemes, as auth.Scheme.Changes names
	// them.
	Changes []string
}

// Reauthentications lists the connections, of all tenants, that would have to
// authenticate again if they were moved to an installed or offered release whose manifest is known (C7): before an
// upgrade, and after it.
func (a *Admin) Reauthentications(ctx context.Context, key, version string) iter.Seq2[Reauthentication, error] {
	const op = "list reauthentications"
	return func(yield func(Reauthentication, error) bool) {
		err := a.allow(ctx, op, ActionManage, key)
		if err == nil {
			err = a.reauthentications(ctx, connector.Key(key), version, func(r Reauthentication) bool { return yield(r, nil) })
			if err != nil {
				err = &Error{Op: op, Key: key, Err: err}
			}
		}
		if err != nil {
			yield(Reauthentication{}, err)
		}
	}
}

func (a *Admin) reauthentications(ctx context.Context, key connector.Key, version string, yield func(Reauthentication) bool) error {
	e, err := a.cat.snapshot().find(string(key))
	if err != nil {
		return err
	}
	more, err := a.cat.details(ctx, e)
	if err != nil {
		return err
	}
	next := more.manifest(version)
	if next == nil {
		return fmt.Errorf("the manifest of version %q: %w", version, ErrNotFound)
	}
	prefix := prefixConnUse + string(key) + "@"
	for rec, err := range a.cat.list(ctx, prefix) {
		if err != nil {
			return err
		}
		held, id, _ := strings.Cut(strings.TrimPrefix(rec.Key, prefix), "/")
		if held == version {
			continue
		}
		tenant, err := decode[string](rec)
		if err != nil {
			return err
		}
		r, _, err := get[connRecord](ctx, a.cat, (&connRecord{ID: id, Tenant: tenant}).key())
		if ignore(err, ErrNotFound) != nil {
			return err
		}
		if err != nil {
			continue // deleted meanwhile
		}
		if changes := a.cat.changesIn(&r, next); len(changes) > 0 && !yield(Reauthentication{r.connection(false), changes}) {
			return nil
		}
	}
	return nil
}

// changesIn are the changes that a manifest makes to the scheme of a connection.
func (c *Catalog) changesIn(r *connRecord, m *connector.Manifest) []string {
	for i := range m.Auth {
		if m.Auth[i].ID == r.Scheme {
			return c.changesFor(r, &m.Auth[i])
		}
	}
	return []string{"removed"}
}
