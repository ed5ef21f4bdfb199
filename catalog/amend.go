package catalog

import (
	"context"
	"errors"
	"time"
)

// What the library does to a connection by itself, as the audit log names it.
const (
	actionRenew = "renew token"
	actionLost  = "token lost"
)

// lose notes that the credential is of no use any more, until it is replaced, whatever
// state the connection is in and goes to.
func (r *connRecord) lose(reason string, now time.Time) {
	r.Lost = clipText(reason)
	if r.State == ConnectionActive {
		r.State, r.Reason, r.Since = ConnectionNeedsReauth, r.Lost, now
	}
}

// resume is the state of a connection that nobody holds back any more.
func (r *connRecord) resume() (ConnectionState, string) {
	if r.Disabled != nil {
		return ConnectionDisabled, *r.Disabled
	}
	if r.Lost != "" {
		return ConnectionNeedsReauth, r.Lost
	}
	return ConnectionActive, ""
}

// amend changes a connection by what was found out about its credential, together with
// end. It only does end when the credential was replaced meanwhile (C9), and then, if the
// connection is gone, fails with ErrNotFound.
func (c *Catalog) amend(ctx context.Context, seen *connRecord, action string, change func(*connRecord) ([]Op, error), end ...Op) error {
	return c.upon(ctx, seen, end, func(r *connRecord, rev Revision) error {
		before := encode(r)
		ops, err := change(r)
		if err != nil {
			return err
		}
		after := encode(r)
		entry := AuditEntry{By: systemPrincipal, Action: action, Key: r.Key, Target: r.ID, Detail: r.Lost, Before: digestOf(before), After: digestOf(after)}
		return c.commit(ctx, entry, append(append(ops, Put(r.key(), after, At(rev))), end...)...)
	})
}

// upon does something to a connection whose credential is the one that was seen, again when it
// was renamed, say, in between; otherwise only end. Nothing is done when it cannot be known.
func (c *Catalog) upon(ctx context.Context, seen *connRecord, end []Op, do func(r *connRecord, rev Revision) error) error {
	for {
		r, rev, err := get[connRecord](ctx, c, seen.key())
		if ignore(err, ErrNotFound) != nil {
			return err
		}
		if err != nil || r.Generation != seen.Generation {
			_, ended := c.store.Apply(ctx, end...)
			return errors.Join(plainNotFound(err), ignore(ended, ErrConflict))
		}
		if err := do(&r, rev); !conflicted(err, r.key()) {
			return err
		}
	}
}
