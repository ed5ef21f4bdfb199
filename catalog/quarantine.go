package catalog

import (
	"context"
	"fmt"
)

// Quarantine stops an existing connection, whoever's it is: the one explicit
// way to do so (G13). reason is required, of at most 4096 bytes, and shown to its users. Clients and Sources that are out
// are refused from when Quarantine returns; those of other processes within their Options.FollowEvery, as Connections.Source says.
func (a *Admin) Quarantine(ctx context.Context, id, reason string) error {
	const op = "quarantine"
	var faults faultList
	faults.reason("reason", reason)
	if err := faults.err(); err != nil {
		return &Error{Op: op, Key: id, Err: err}
	}
	return a.setState(ctx, op, id, func(r *connRecord) error {
		if r.State == ConnectionDisabled {
			was := r.Reason
			r.Disabled = &was
		}
		r.State, r.Reason = ConnectionQuarantined, reason
		return nil
	})
}

// Release ends a quarantine: the connection is active, or disabled if it was before, or needs to
// authenticate if it did before.
func (a *Admin) Release(ctx context.Context, id string) error {
	return a.setState(ctx, "release", id, func(r *connRecord) error {
		if r.State != ConnectionQuarantined {
			return fmt.Errorf("%w: it is %s", ErrInvalid, r.State)
		}
		r.State, r.Reason = r.resume()
		return nil
	})
}

func (a *Admin) setState(ctx context.Context, op, id string, change func(*connRecord) error) error {
	if err := a.allow(ctx, op, ActionGovern, ""); err != nil {
		return err
	}
	for {
		key, err := a.setStateOnce(ctx, op, id, change)
		if conflicted(err, key) {
			continue
		}
		if err != nil {
			return &Error{Op: op, Key: id, Err: err}
		}
		return nil
	}
}

func (a *Admin) setStateOnce(ctx context.Context, op, id string, change func(*connRecord) error) (key string, err error) {
	if id == "" || len(prefixConnID+id) > MaxStoreKey {
		return "", ErrNotFound
	}
	tenant, _, err := get[string](ctx, a.cat, prefixConnID+id)
	if err != nil {
		return "", plainNotFound(err)
	}
	key = (&connRecord{ID: id, Tenant: tenant}).key()
	r, rev, err := get[connRecord](ctx, a.cat, key)
	if err != nil {
		return "", plainNotFound(err)
	}
	before := encode(r)
	if err := change(&r); err != nil {
		return "", err
	}
	r.Since = a.cat.opts.Clock().UTC()
	after := encode(r)
	entry := AuditEntry{By: a.principal, Action: op, Key: r.Key, Target: id, Detail: r.Reason, Before: digestOf(before), After: digestOf(after)}
	return key, a.cat.commit(ctx, entry, Put(key, after, At(rev)))
}
