package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

const (
	// renewTimeout bounds what comes before the request of a renewal, and again the
	// request with what comes after it; the token endpoint's own bound is included.
	renewTimeout = auth.MaxTokenTimeout + time.Minute
	// renewAgain is how old a token is at least before an application's 401 renews
	// it: one that it never accepts must not cost a request for each call.
	renewAgain = 10 * time.Second
)

// errOvertaken ends a renewal that has changed nothing, because somebody else was quicker.
var errOvertaken = errors.New("overtaken")

// renewLease is the lease for renewing the token of a connection. It is the key of no
// connector.
func renewLease(id string) connector.Key { return connector.Key("~" + id) }

func isRenewLease(key connector.Key) bool { return strings.HasPrefix(string(key), "~") }

// renewable reports whether a 401 is worth a new token. A token of the future tells that the
// clock was set back, and not how old it is. Where there is nothing to renew it with, one that has not ended
// stays: the application may mean the request.
func (c *Catalog) renewable(r *connRecord, cred *credential) bool {
	now := c.opts.Clock()
	age := now.Sub(r.Obtained)
	if !byToken(r.Type) || cred.token == nil || age >= 0 && age < renewAgain {
		return false
	}
	return !byPerson(r.Type) || !cred.token.RefreshToken.IsZero() || cred.token.Expired(now)
}

// renew obtains the next token of a connection, once for all who ask, in this process
// and in others (C9). Afterwards the generation has moved, or the
// connection is no longer active.
func (c *Catalog) renew(ctx context.Context, r *connRecord) error {
	tenant, id, generation := r.Tenant, r.ID, r.Generation
	_, err := shared(ctx, c, &c.renewals, fmt.Sprintf("%s %d", r.secretKey(), generation), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.renewShared(ctx, tenant, id, generation)
	})
	return err
}

// renewShared waits for the lease, or for whoever has it to be done.
func (c *Catalog) renewShared(ctx context.Context, tenant, id string, generation uint64) error {
	key := renewLease(id)
	defer c.sightings.forget(key) // else one would stay of every connection that two have ever wanted to renew
	for {
		r, _, err := get[connRecord](ctx, c, (&connRecord{ID: id, Tenant: tenant}).key())
		if err != nil || r.Generation != generation || r.State != ConnectionActive {
			return plainNotFound(err)
		}
		if _, err := c.cooling(ctx, &r); err != nil {
			return err
		}
		l, busy, err := c.tryLease(ctx, key, "renew")
		if err != nil {
			return err
		}
		if l == nil {
			if err := sleep(ctx, min(busy, max(c.opts.Lease/20, 5*time.Millisecond))); err != nil {
				return err
			}
			continue
		}
		if err := c.renewUnder(ctx, l, &r); !errors.Is(err, errOvertaken) {
			return err
		}
	}
}

// renewUnder does it under the lease, and ends it. Every write ends the lease too, or is held
// to it, so that a holder that was stalled for too long changes nothing.
func (c *Catalog) renewUnder(ctx context.Context, l *lease, seen *connRecord) error {
	_, stop := l.keep(context.WithoutCancel(ctx))
	n := &renewal{cat: c, lease: l, stop: func() { _ = stop() }} // a lost lease shows when something is to be written
	defer n.stop()
	if ready, err := n.prepare(ctx, seen); !ready {
		return err
	}
	// From here on it is not given up half-way, also when the catalog is closing: an answer of
	// the provider that nobody keeps would cost the connection.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
	defer cancel()
	if err := n.journal(ctx); err != nil {
		return err
	}
	token, err := n.ask(ctx)
	if err != nil {
		return n.failed(ctx, err)
	}
	return n.keep(ctx, token)
}

// prepare finds out whether there is something to be renewed, and how. If not, it ends the
// lease.
func (n *renewal) prepare(ctx context.Context, seen *connRecord) (ready bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	r, rev, err := get[connRecord](ctx, n.cat, seen.key())
	if err != nil || r.Generation != seen.Generation || r.State != ConnectionActive {
		return false, n.leave(ctx, plainNotFound(err))
	}
	n.conn, n.rev = &r, rev
	was, err := n.cat.cooling(ctx, &r)
	if err == nil {
		n.cred, err = n.cat.open(ctx, &r)
	}
	switch {
	case err != nil:
		return false, n.leave(ctx, err)
	case byPerson(r.Type) && (n.cred.token == nil || n.cred.token.RefreshToken.IsZero()):
		return false, n.giveUp(ctx, "the token has ended, and the provider gave none to renew it with")
	case was.Sent && n.spends():
		return false, n.giveUp(ctx, "a renewal was interrupted, and the provider's answer is lost")
	}
	n.ask, err = n.cat.asking(ctx, &r, n.cred)
	switch _, asked := errors.AsType[*auth.TokenError](err); {
	case asked: // the server about itself, and not about the token
		return false, n.cool(ctx, err)
	case err != nil:
		return false, n.leave(ctx, err)
	}
	return true, nil
}

// asking returns what asks for the next token, by one request to the token endpoint.
func (c *Catalog) asking(ctx context.Context, r *connRecord, cred *credential) (func(context.Context) (*auth.Token, error), error) {
	_, scheme, err := c.schemeOf(r)
	if err != nil {
		return nil, err
	}
	app, err := c.registrationOf(ctx, r)
	if err != nil {
		return nil, err
	}
	values := cred.all(r)
	provider, err := c.provider(ctx, app, scheme, values)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (*auth.Token, error) {
		if byPerson(r.Type) {
			return provider.Refresh(ctx, cred.token)
		}
		return obtain(ctx, provider, scheme, values)
	}, nil
}
