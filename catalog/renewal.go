package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/auth"
)

const (
	prefixRenewal = "renewal/" // renewal/<tenant>/<id>: how the renewal of a token stands
	// maxCooldown bounds what a provider may ask for.
	maxCooldown = time.Hour
)

// renewalRecord is the journal of a renewal. It is there from before the refresh token is
// sent until the answer is stored, and after a failure until the next attempt.
type renewalRecord struct {
	Generation uint64        `json:"generation"`
	Sent       bool          `json:"sent,omitempty"`    // a refresh token that may be spent by it
	Failure    string        `json:"failure,omitempty"` // of the last attempt
	Until      time.Time     `json:"until,omitzero"`    // when the next one may be
	Length     time.Duration `json:"length,omitempty"`  // from the failure to Until
}

// RenewalError says that the token of a connection could not be renewed, and that
// nobody is asked again before Until: callers meanwhile share the failure (C9). It
// wraps the cause where it happened in this call.
type RenewalError struct {
	Until time.Time
	Err   error
}

func (e *RenewalError) Error() string {
	return fmt.Sprintf("the token cannot be renewed: %v (next attempt after %s)", e.Err, e.Until.Format(time.RFC3339))
}

// Unwrap returns the cause.
func (e *RenewalError) Unwrap() error { return e.Err }

func (r *connRecord) renewalKey() string { return tenantKey(prefixRenewal, r.Tenant, r.ID) }

// cooling returns how a renewal stands, and a *RenewalError after a failure that
// is not long ago.
func (c *Catalog) cooling(ctx context.Context, r *connRecord) (renewalRecord, error) {
	rec, _, err := get[renewalRecord](ctx, c, r.renewalKey())
	if err := ignore(err, ErrNotFound); err != nil {
		return renewalRecord{}, err
	}
	if rec.Generation != r.Generation {
		return renewalRecord{}, nil // left by one before
	}
	// Clocks differ between processes; one that was set back must not make it much longer.
	if left := rec.Until.Sub(c.opts.Clock()); left > 0 && left <= 2*rec.Length {
		return rec, &RenewalError{Until: rec.Until, Err: errors.New(rec.Failure)}
	}
	return rec, nil
}

// renewal is one renewal under its lease.
type renewal struct {
	cat   *Catalog
	lease *lease
	stop  func() // ends keeping the lease
	conn  *connRecord
	rev   Revision // of conn
	cred  *credential
	ask   func(context.Context) (*auth.Token, error)
}

// spends reports whether sending the refresh token may spend it.
func (n *renewal) spends() bool { return byPerson(n.conn.Type) && !n.cred.keeps }

// journal notes that the refresh token is about to be sent, where that may spend it. If it
// cannot, it ends the lease.
func (n *renewal) journal(ctx context.Context) error {
	if !n.spends() {
		return nil
	}
	sent := encode(renewalRecord{Generation: n.conn.Generation, Sent: true})
	_, err := n.lease.apply(ctx, Check(n.conn.key(), At(n.rev)), Put(n.conn.renewalKey(), sent, Any()))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrConflict):
		return n.leave(ctx, errOvertaken)
	}
	// The note may be there all the same, and nothing was sent.
	return errors.Join(err, n.persist(ctx, func() error {
		_, err := n.cat.store.Apply(ctx, n.lease.end(), Delete(n.conn.renewalKey(), Any()))
		return err
	}))
}

// keep stores the token that was obtained. The connection may have changed
// meanwhile in other respects, or be gone.
func (n *renewal) keep(ctx context.Context, token *auth.Token) error {
	next := &credential{values: n.cred.values, token: token}
	if byPerson(n.conn.Type) {
		next.keeps = n.cred.token.RefreshToken.Equal(token.RefreshToken)
	}
	err := n.amend(ctx, actionRenew, func(r *connRecord) ([]Op, error) {
		r.Generation++
		r.hold(token, n.cat.opts.Clock().UTC())
		sealed, err := n.cat.seal(ctx, r.binding(), next)
		return []Op{Put(r.secretKey(), sealed, Any())}, err
	})
	if errors.Is(err, ErrNotFound) { // deleted meanwhile: nobody will use it
		n.cat.revokeSoon(n.conn, next)
	}
	return err
}

// failed sorts out what an attempt has left.
func (n *renewal) failed(ctx context.Context, err error) error {
	refused, answered := errors.AsType[*auth.TokenError](err)
	switch {
	case errors.Is(err, auth.ErrInvalidGrant) && byPerson(n.conn.Type):
		return n.giveUp(ctx, "the provider no longer accepts it: "+err.Error())
	case answered && n.spends() && lostAnswer(refused):
		return n.giveUp(ctx, "the provider's answer was lost: "+err.Error())
	}
	return n.cool(ctx, err)
}

// lostAnswer reports whether the refresh token may be spent and its successor
// lost: nothing came back, or something that cannot be read. An answer that
// refuses, from whatever gateway, has issued nothing that anybody could lose.
func lostAnswer(e *auth.TokenError) bool {
	return e.Outcome == auth.OutcomeUnknown && e.Status < 300
}

// giveUp makes the connection wait for its owner.
func (n *renewal) giveUp(ctx context.Context, reason string) error {
	return n.amend(ctx, actionLost, func(r *connRecord) ([]Op, error) {
		r.lose(reason, n.cat.opts.Clock().UTC())
		return nil, nil
	})
}

// cool lets nobody ask again for a while.
func (n *renewal) cool(ctx context.Context, cause error) error {
	length := n.cat.opts.RefreshCooldown
	if refused, ok := errors.AsType[*auth.TokenError](cause); ok {
		length = max(length, min(refused.RetryAfter, maxCooldown))
	}
	until := n.cat.opts.Clock().Add(length).UTC()
	record := encode(renewalRecord{Generation: n.conn.Generation, Failure: clipText(cause.Error()), Until: until, Length: length})
	noted := false // unless the credential was replaced meanwhile
	err := n.persist(ctx, func() error {
		return n.cat.upon(ctx, n.conn, n.end(), func(r *connRecord, rev Revision) error {
			_, err := n.cat.store.Apply(ctx, n.lease.end(), Check(r.key(), At(rev)), Put(r.renewalKey(), record, Any()))
			noted = err == nil
			return err
		})
	})
	if err == nil && !noted || errors.Is(err, errOvertaken) || errors.Is(err, ErrNotFound) {
		return err
	}
	return errors.Join(&RenewalError{Until: until, Err: cause}, err)
}

// end are the ops that end the lease, with nothing left to be known of the renewal.
func (n *renewal) end() []Op {
	return []Op{n.lease.end(), Delete(n.conn.renewalKey(), Any())}
}

// amend changes the connection and ends lease and journal with it.
func (n *renewal) amend(ctx context.Context, action string, change func(*connRecord) ([]Op, error)) error {
	return n.persist(ctx, func() error { return n.cat.amend(ctx, n.conn, action, change, n.end()...) })
}

// persist makes the write that ends the lease. A store, or a keeper of keys, that fails for a moment must
// not cost the connection, so it is tried again for as long as a lease lasts. What another
// holder has decided meanwhile stands.
func (n *renewal) persist(ctx context.Context, write func() error) error {
	n.stop()
	for patience := time.Now().Add(n.cat.opts.Lease); ; {
		err := write()
		if conflicted(err, leaseKey(n.lease.key)) {
			if err = n.lease.adopt(ctx); err == nil {
				continue
			}
		}
		switch {
		case errors.Is(err, errLeaseLost):
			return errOvertaken
		case err == nil, errors.Is(err, ErrNotFound), time.Now().After(patience), sleep(ctx, n.cat.opts.Lease/20) != nil:
			return err
		}
	}
}

// leave gives the lease back when nobody was asked.
func (n *renewal) leave(ctx context.Context, err error) error {
	n.stop()
	return joinRelease(ctx, n.lease, err)
}
