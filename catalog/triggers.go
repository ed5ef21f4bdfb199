package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

const prefixTrigger = "trigger/" // trigger/<tenant>/<connection>/<id>

func triggerPrefix(r *connRecord) string {
	return tenantKey(prefixTrigger, r.Tenant, r.ID) + "/"
}

// Triggers returns the triggers of one connection.
func (c *Connections) Triggers(connection string) *Triggers {
	return &Triggers{conns: c, id: connection}
}

// Triggers are those of one connection. Whoever sees the connection sees them;
// its owner changes them. No policy is asked (G5). It is safe for concurrent use.
type Triggers struct {
	conns *Connections
	id    string
}

// Create makes a trigger, enabled, of a type that the connection's own release
// declares (C7). What is wrong with the request is returned all at once. The error wraps ErrNotFound
// when the release has no such type, and ErrForbidden when it needs the
// tenant's own app and the connection was not made with one.
func (t *Triggers) Create(ctx context.Context, typ string, req *TriggerRequest) (*Trigger, error) {
	if req == nil {
		req = &TriggerRequest{}
	}
	made := &Trigger{ID: newID(), Connection: t.id, Type: typ, Enabled: true}
	err := t.conns.edit(ctx, "create trigger", t.id, func(r *connRecord) ([]Op, error) {
		if err := t.fill(made, r, req); err != nil {
			return nil, err
		}
		made.Created = t.conns.cat.opts.Clock().UTC()
		r.Triggers++ // so that a deletion of the connection never misses one (C4)
		return []Op{Put(triggerPrefix(r)+made.ID, encode(made), Absent())}, nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// fill checks a request and takes it into tr.
func (t *Triggers) fill(tr *Trigger, r *connRecord, req *TriggerRequest) error {
	typ, err := t.conns.cat.triggerType(r, tr.Type)
	if err != nil {
		return err
	}
	if err := req.check(typ); err != nil {
		return err
	}
	tr.Name, tr.Params, tr.Filters = req.Name, auth.WithDefaults(typ.Params, req.Params), req.Filters
	return nil
}

// triggerType finds a type in the manifest of the connection's own release.
func (c *Catalog) triggerType(r *connRecord, name string) (*connector.TriggerType, error) {
	m, _, err := c.schemeOf(r)
	if err != nil {
		return nil, err
	}
	return r.triggerType(m, name)
}

// triggerType finds a type that the connection can have triggers of.
func (r *connRecord) triggerType(m *connector.Manifest, name string) (*connector.TriggerType, error) {
	i := slices.IndexFunc(m.Triggers, func(t connector.TriggerType) bool { return t.Name == name })
	switch {
	case i < 0:
		return nil, fmt.Errorf("trigger %q in release %s: %w", name, m.Version, ErrNotFound)
	case m.Triggers[i].NeedsOwnApp && !r.OwnApp:
		return nil, fmt.Errorf("%w: trigger %q needs a connection made with the tenant's own app", ErrForbidden, name)
	default:
		return &m.Triggers[i], nil
	}
}

// TriggerError says that a trigger of a connection does not fit another release. It
// wraps Err.
type TriggerError struct {
	ID, Name string
	Err      error
}

func (e *TriggerError) Error() string { return fmt.Sprintf("trigger %q: %v", e.Name, e.Err) }

// Unwrap returns the cause.
func (e *TriggerError) Unwrap() error { return e.Err }

// moveTriggers are the ops that take the connection's triggers to another release. It returns a
// *TriggerError for each that would not be accepted there.
func (c *Connections) moveTriggers(ctx context.Context, r *connRecord, next *connector.Manifest) ([]Op, error) {
	if r.Triggers == 0 {
		return nil, nil
	}
	var ops []Op
	var errs []error
	for rec, err := range c.cat.list(ctx, triggerPrefix(r)) {
		if err != nil {
			return nil, err
		}
		tr, err := decode[Trigger](rec)
		if err != nil {
			return nil, err
		}
		if err := c.moveTrigger(&tr, r, next); err != nil {
			errs = append(errs, &TriggerError{tr.ID, tr.Name, err})
		}
		ops = append(ops, Put(rec.Key, encode(tr), Any())) // who changes it changes the connection too
	}
	return ops, errors.Join(errs...)
}

// moveTrigger gives a trigger the parameters of another release. Hidden ones are the release's, not
// the user's.
func (c *Connections) moveTrigger(tr *Trigger, r *connRecord, next *connector.Manifest) error {
	typ, err := r.triggerType(next, tr.Type)
	if err != nil {
		return err
	}
	given := maps.Clone(tr.Params)
	if was, err := c.cat.triggerType(r, tr.Type); err == nil {
		for i := range was.Params {
			if was.Params[i].Role == auth.RoleHidden {
				delete(given, was.Params[i].Key)
			}
		}
	}
	if err := (&TriggerRequest{Name: tr.Name, Params: given, Filters: tr.Filters}).check(typ); err != nil {
		return err
	}
	tr.Params = auth.WithDefaults(typ.Params, given)
	return nil
}

// List lists the triggers, in no particular order.
func (t *Triggers) List(ctx context.Context) iter.Seq2[Trigger, error] {
	const op = "list triggers"
	return func(yield func(Trigger, error) bool) {
		if err := t.conns.allow(ctx, op, ActionView, ""); err != nil {
			yield(Trigger{}, err)
			return
		}
		r, _, err := t.conns.find(ctx, t.id)
		if err != nil {
			yield(Trigger{}, &Error{Op: op, Key: t.id, Err: err})
			return
		}
		for rec, err := range t.conns.cat.list(ctx, triggerPrefix(r)) {
			var tr Trigger
			if err == nil {
				tr, err = decode[Trigger](rec)
			}
			if err != nil {
				yield(Trigger{}, &Error{Op: op, Key: t.id, Err: err})
				return
			}
			if !yield(tr, nil) {
				return
			}
		}
	}
}

// Edit replaces name, parameters and filters of a trigger.
func (t *Triggers) Edit(ctx context.Context, id string, req *TriggerRequest) error {
	if req == nil {
		req = &TriggerRequest{}
	}
	return t.change(ctx, "edit trigger", id, func(tr *Trigger, r *connRecord) error { return t.fill(tr, r, req) })
}

// Enable lets the trigger fire.
func (t *Triggers) Enable(ctx context.Context, id string) error {
	return t.change(ctx, "enable trigger", id, func(tr *Trigger, _ *connRecord) error {
		tr.Enabled = true
		return nil
	})
}

// Disable keeps the trigger from firing.
func (t *Triggers) Disable(ctx context.Context, id string) error {
	return t.change(ctx, "disable trigger", id, func(tr *Trigger, _ *connRecord) error {
		tr.Enabled = false
		return nil
	})
}

// Delete removes the trigger.
func (t *Triggers) Delete(ctx context.Context, id string) error {
	return t.conns.edit(ctx, "delete trigger", t.id, func(r *connRecord) ([]Op, error) {
		_, rev, err := t.get(ctx, r, id)
		if err != nil {
			return nil, err
		}
		r.Triggers--
		return []Op{Delete(triggerPrefix(r)+id, At(rev))}, nil
	})
}

func (t *Triggers) change(ctx context.Context, op, id string, change func(*Trigger, *connRecord) error) error {
	return t.conns.edit(ctx, op, t.id, func(r *connRecord) ([]Op, error) {
		tr, rev, err := t.get(ctx, r, id)
		if err == nil {
			err = change(tr, r)
		}
		if err != nil {
			return nil, err
		}
		return []Op{Put(triggerPrefix(r)+id, encode(tr), At(rev))}, nil
	})
}

func (t *Triggers) get(ctx context.Context, r *connRecord, id string) (*Trigger, Revision, error) {
	key := triggerPrefix(r) + id
	if id == "" || len(key) > MaxStoreKey {
		return nil, 0, fmt.Errorf("trigger: %w", ErrNotFound)
	}
	tr, rev, err := get[Trigger](ctx, t.conns.cat, key)
	if errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("trigger: %w", ErrNotFound)
	}
	return &tr, rev, err
}

// deleteTriggers are the ops that remove a connection's triggers with it (C4).
func (c *Connections) deleteTriggers(ctx context.Context, r *connRecord) ([]Op, error) {
	if r.Triggers == 0 {
		return nil, nil
	}
	var ops []Op
	for rec, err := range c.cat.list(ctx, triggerPrefix(r)) {
		if err != nil {
			return nil, err
		}
		ops = append(ops, Delete(rec.Key, Any()))
	}
	return ops, nil
}
