package catalog

import (
	"context"
	"fmt"
)

// Rename gives the connection another name. The error wraps ErrExists when it
// is taken.
func (c *Connections) Rename(ctx context.Context, id, name string) error {
	return c.edit(ctx, "rename connection", id, func(r *connRecord) ([]Op, error) {
		var faults faultList
		if name == "" {
			faults.add("Name is empty")
		}
		checkName(&faults, "Name", name)
		if err := faults.err(); err != nil {
			return nil, err
		}
		old := r.nameKey()
		r.Name = name
		if r.nameKey() == old { // only its case changes
			return nil, nil
		}
		return []Op{Delete(old, Any()), Put(r.nameKey(), encode(r.ID), Absent())}, nil
	})
}

// Share lets everybody in the tenant use the connection, or no longer.
func (c *Connections) Share(ctx context.Context, id string, shared bool) error {
	return c.edit(ctx, "share connection", id, func(r *connRecord) ([]Op, error) {
		r.Shared = shared
		return nil, nil
	})
}

// SetDefault makes the connection the one to use when none is named, in its
// folder and for its connector, in the place of another.
func (c *Connections) SetDefault(ctx context.Context, id string) error {
	return c.edit(ctx, "set default connection", id, func(r *connRecord) ([]Op, error) {
		return []Op{Put(r.defaultKey(), encode(r.ID), Any())}, nil
	})
}

// Disable stops the connection until Enable. reason may be empty, and has at most 4096 bytes. One that
// is quarantined stays so. Clients that are out in another process may use it for another
// Options.FollowEvery.
func (c *Connections) Disable(ctx context.Context, id, reason string) error {
	return c.edit(ctx, "disable connection", id, func(r *connRecord) ([]Op, error) {
		var faults faultList
		if reason != "" {
			faults.reason("reason", reason)
		}
		if err := faults.err(); err != nil {
			return nil, err
		}
		return nil, c.cat.move(r, ConnectionDisabled, reason)
	})
}

// Enable ends what Disable began: the connection is active again, or needs to
// authenticate if it did before.
func (c *Connections) Enable(ctx context.Context, id string) error {
	return c.edit(ctx, "enable connection", id, func(r *connRecord) ([]Op, error) {
		if r.State != ConnectionDisabled {
			return nil, fmt.Errorf("%w: it is %s", ErrInvalid, r.State)
		}
		r.Disabled = nil
		state, reason := r.resume()
		return nil, c.cat.move(r, state, reason)
	})
}

// move changes the state of a connection. Nobody but an admin ends a
// quarantine (G13).
func (c *Catalog) move(r *connRecord, to ConnectionState, reason string) error {
	if r.State == ConnectionQuarantined {
		return fmt.Errorf("%w: it is quarantined: %s", ErrForbidden, r.Reason)
	}
	r.State, r.Reason, r.Since = to, reason, c.opts.Clock().UTC()
	return nil
}

// edit changes one connection of the principal's. No policy is asked (G5). Only the owner
// may; others who see it are refused with ErrForbidden.
func (c *Connections) edit(ctx context.Context, op, id string, change func(r *connRecord) ([]Op, error)) error {
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return err
	}
	if err := c.editing(ctx, op, id, change); err != nil {
		return &Error{Op: op, Key: id, Err: err}
	}
	return nil
}

// editing is edit for who has been let in already.
func (c *Connections) editing(ctx context.Context, op, id string, change func(r *connRecord) ([]Op, error)) error {
	for {
		err := c.editOnce(ctx, op, id, change)
		if !conflicted(err, (&connRecord{ID: id, Tenant: c.principal.Tenant}).key()) {
			return err
		} // else somebody else was quicker
	}
}

func (c *Connections) editOnce(ctx context.Context, op, id string, change func(r *connRecord) ([]Op, error)) error {
	r, rev, err := c.find(ctx, id)
	if err != nil {
		return err
	}
	if r.Owner != c.principal.User {
		return fmt.Errorf("%w: only its owner may", ErrForbidden)
	}
	before := encode(r)
	ops, err := change(r)
	if err != nil {
		return err
	}
	after := encode(r)
	entry := AuditEntry{By: c.principal, Action: op, Key: r.Key, Target: id, Before: digestOf(before), After: digestOf(after)}
	// The record comes first: that a name is taken counts only while the connection is there.
	err = c.cat.commit(ctx, entry, append([]Op{Put(r.key(), after, At(rev))}, ops...)...)
	if conflicted(err, r.nameKey()) {
		return fmt.Errorf("name %q: %w", r.Name, ErrExists)
	}
	return err
}

// Delete removes the connection, its name, its credential and its triggers
// (C4), in one step. Then the provider is told in the background that the token
// will not be used again; that it cannot be changes nothing. Beyond 1,024 at a time it is not
// tried. Clients that are out in another process may use the token for another Options.FollowEvery.
func (c *Connections) Delete(ctx context.Context, id string) error {
	const op = "delete connection"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return err
	}
	for {
		err := c.deleteOnce(ctx, op, id)
		if conflicted(err, (&connRecord{ID: id, Tenant: c.principal.Tenant}).key()) || conflictedUnder(err, prefixConnDefault) {
			continue // it, or which one is the default, was changed meanwhile
		}
		if err != nil {
			return &Error{Op: op, Key: id, Err: err}
		}
		return nil
	}
}

func (c *Connections) deleteOnce(ctx context.Context, op, id string) error {
	r, rev, err := c.find(ctx, id)
	if err != nil {
		return err
	}
	if r.Owner != c.principal.User {
		return fmt.Errorf("%w: only its owner may", ErrForbidden)
	}
	ops := []Op{
		Delete(r.key(), At(rev)), Delete(r.nameKey(), Any()), Delete(r.secretKey(), Any()),
		Delete(prefixConnID+r.ID, Any()), Delete(r.useKey(), Any()), Delete(r.renewalKey(), Any()),
		Delete(leaseKey(renewLease(r.ID)), Any()), // a holder that has died would leave it for ever
	}
	if r.App != "" {
		ops = append(ops, Delete(r.appUseKey(), Any()))
	}
	cred, openErr := c.cat.open(ctx, r) // one that does not open any more goes all the same
	isDefault, defRev, err := get[string](ctx, c.cat, r.defaultKey())
	if err := ignore(err, ErrNotFound); err != nil {
		return err
	}
	if isDefault == r.ID {
		ops = append(ops, Delete(r.defaultKey(), At(defRev)))
	}
	triggers, err := c.deleteTriggers(ctx, r)
	if err != nil {
		return err
	}
	ops = append(ops, triggers...)
	entry := AuditEntry{By: c.principal, Action: op, Key: r.Key, Target: id, Before: digestOf(encode(r))}
	if err := c.cat.commit(ctx, entry, ops...); err != nil {
		return err
	}
	if openErr == nil {
		c.cat.revokeSoon(r, cred)
	}
	return nil
}
