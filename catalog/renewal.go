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
	Generation uint64    `json:"generation"`
	Sent       bool      `json:"sent,omitempty"`    // a refresh token that may be spent by it
	Failure    string    `json:"failure,omitempty"` // of the last attempt
	Until      time.Time `json:"until,omitzero"`    // when the next one may be
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
func (c *Catalog) cooling(ctx context.Context, r *connRecord) (renewalRecord, Revision, error) {
	rec, rev, err := get[renewalRecord](ctx, c, r.renewalKey())
	if err := ignore(err, ErrNotFound); err != nil {
		return renewalRecord{}, 0, err
	}
	if rec.Generation != r.Generation {
		return renewalRecord{}, rev, nil // left by one before
	}
	left := rec.Until.Sub(c.opts.Clock())
	if left > 0 && left <= maxCooldown { // a clock that was set back must not make it longer
		return rec, rev, &RenewalError{Until: rec.Until, Err: errors.New(rec.Failure)}
	}
	return rec, rev, nil
}

// renewal is one renewal under its lease.
type renewal struct {
	cat    *Catalog
	lease  *lease
	stop   func() error // ends keeping the lease
	conn   *connRecord
	cred   *credential
	record renewalRecord
	at     Revision // of the record in the store
}

// spends reports whether sending the refresh token may spend it.
func (n *renewal) spends() bool { return byPerson(n.conn.Type) && !n.cred.keeps }

// ask sends one request to the token endpoint. What it could spend is journaled
// first.
func (n *renewal) ask(ctx context.Context) (*auth.Token, error) {
	_, scheme, err := n.cat.schemeOf(n.conn)
	if err != nil {
		return nil, err
	}
	app, err := n.cat.registrationOf(ctx, n.conn)
	if err != nil {
		return nil, err
	}
	values := n.cred.all(n.conn)
	provider, err := n.cat.provider(ctx, app, scheme, values)
	if err != nil {
		return nil, err
	}
	if !byPerson(n.conn.Type) {
		return obtain(ctx, provider, scheme, values)
	}
	if n.cred.token == nil || n.cred.token.RefreshToken.IsZero() {
		return nil, auth.ErrNoRefreshToken
	}
	if n.spends() {
		sent := encode(renewalRecord{Generation: n.conn.Generation, Sent: true})
		if n.at, err = n.lease.apply(ctx, Put(n.conn.renewalKey(), sent, atRevision(n.at))); err != nil {
			return nil, err
		}
	}
	return provider.Refresh(ctx, n.cred.token)
}

// keep stores the token that was obtained. The connection may have changed
// meanwhile in other respects, or be gone.
func (n *renewal) keep(ctx context.Context, token *auth.Token) error {
	lost := n.stop()
	next := &credential{values: n.cred.values, token: token}
	if old := n.cred.token; old != nil && byPerson(n.conn.Type) {
		next.keeps = old.RefreshToken.Equal(token.RefreshToken)
	}
	store := func() error {
		return n.amend(ctx, actionRenew, func(r *connRecord) ([]Op, error) {
			r.Generation++
			r.hold(token, n.cat.opts.Clock().UTC())
			sealed, err := n.cat.seal(ctx, r.binding(), next)
			return []Op{Put(r.secretKey(), sealed, Any())}, err
		})
	}
	err := store()
	for range 3 { // a store that fails for a moment must not cost the connection
		if err == nil || errors.Is(err, ErrNotFound) || sleep(ctx, n.cat.opts.Lease/20) != nil {
			break
		}
		err = store()
	}
	if errors.Is(err, ErrNotFound) { // deleted meanwhile: nobody will use it
		n.cat.revokeSoon(n.conn, next)
		return err
	}
	return errors.Join(err, ignore(lost, errLeaseLost))
}

// failed sorts out what an attempt has left.
func (n *renewal) failed(ctx context.Context, err error) error {
	refused, answered := errors.AsType[*auth.TokenError](err)
	switch {
	case errors.Is(err, auth.ErrNoRefreshToken):
		return n.giveUp(ctx, "the token has ended, and the provider gave none to renew it with")
	case errors.Is(err, auth.ErrInvalidGrant) && byPerson(n.conn.Type):
		return n.giveUp(ctx, "the provider no longer accepts it: "+err.Error())
	case answered && n.spends() && lostAnswer(refused):
		return n.giveUp(ctx, "the provider's answer was lost: "+err.Error())
	}
	cooldown := n.cat.opts.RefreshCooldown
	if answered {
		cooldown = min(max(cooldown, refused.RetryAfter), maxCooldown)
	}
	until := n.cat.opts.Clock().Add(cooldown).UTC()
	record := encode(renewalRecord{Generation: n.conn.Generation, Failure: clipText(err.Error()), Until: until})
	lost := n.stop()
	_, stored := n.cat.store.Apply(ctx, n.lease.end(), Put(n.conn.renewalKey(), record, atRevision(n.at)))
	return errors.Join(&RenewalError{Until: until, Err: err}, ignore(lost, errLeaseLost), ignore(stored, ErrConflict))
}

// lostAnswer reports whether the refresh token may be spent and its successor
// lost: nothing came back, or something that cannot be read. An answer that
// refuses, from whatever gateway, has issued nothing that anybody could lose.
func lostAnswer(e *auth.TokenError) bool {
	return e.Outcome == auth.OutcomeUnknown && e.Status < 300
}

// giveUp makes the connection wait for its owner.
func (n *renewal) giveUp(ctx context.Context, reason string) error {
	lost := n.stop()
	err := n.amend(ctx, actionLost, func(r *connRecord) ([]Op, error) {
		r.lose(reason, n.cat.opts.Clock().UTC())
		return nil, nil
	})
	return errors.Join(err, ignore(lost, errLeaseLost))
}

// amend changes the connection and ends lease and journal with it. Whatever another holder has
// decided meanwhile stands.
func (n *renewal) amend(ctx context.Context, action string, change func(*connRecord) ([]Op, error)) error {
	err := n.cat.amend(ctx, n.conn, action, change, n.lease.end(), Delete(n.conn.renewalKey(), Any()))
	if conflicted(err, leaseKey(n.lease.key)) {
		return nil // stalled for too long
	}
	return err
}
