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
	// renewTimeout bounds one renewal, the token endpoint's own bound included.
	renewTimeout = auth.MaxTokenTimeout + time.Minute
	// renewAgain is how old a token is at least before an application's 401 renews
	// it: one that it never accepts must not cost a request for each call.
	renewAgain = 10 * time.Second
)

// renewLease is the lease for renewing the token of a connection. It is the key of no
// connector.
func renewLease(id string) connector.Key { return connector.Key("~" + id) }

func isRenewLease(key connector.Key) bool { return strings.HasPrefix(string(key), "~") }

// renewable reports whether a 401 is worth a new token.
func (c *Catalog) renewable(r *connRecord) bool {
	return byToken(r.Type) && c.opts.Clock().Sub(r.Obtained) >= renewAgain
}

// renew obtains the next token of a connection, once for all who ask, in this process
// and in others (C9). It is done, or fails, for all of them alike; a caller that
// goes away changes nothing for the rest. Afterwards the generation has moved, or the
// connection is no longer active.
func (c *Catalog) renew(ctx context.Context, r *connRecord) error {
	tenant, id, generation := r.Tenant, r.ID, r.Generation
	result := c.renewals.DoChan(fmt.Sprintf("%s %d", r.secretKey(), generation), func() (any, error) {
		done := make(chan error, 1)
		if !c.background(func(ctx context.Context) { done <- c.renewShared(ctx, tenant, id, generation) }) {
			return nil, ErrClosed
		}
		return nil, <-done
	})
	select {
	case r := <-result:
		return r.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// renewShared waits for the lease, or for whoever has it to be done.
func (c *Catalog) renewShared(ctx context.Context, tenant, id string, generation uint64) error {
	for {
		r, _, err := get[connRecord](ctx, c, (&connRecord{ID: id, Tenant: tenant}).key())
		if err != nil || r.Generation != generation || r.State != ConnectionActive {
			return plainNotFound(err)
		}
		if _, _, err := c.cooling(ctx, &r); err != nil {
			return err
		}
		l, busy, err := c.tryLease(ctx, renewLease(id), "renew")
		if err != nil {
			return err
		}
		if l == nil {
			if err := sleep(ctx, min(busy, max(c.opts.Lease/20, 5*time.Millisecond))); err != nil {
				return err
			}
			continue
		}
		// From here on it is not given up half-way: an answer of the provider that
		// nobody keeps would cost the connection.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		_, stop := l.keep(ctx)
		err = c.renewUnder(ctx, l, &r, stop)
		return errors.Join(ignore(stop(), errLeaseLost), err)
	}
}

// renewUnder does it under the lease. Every write ends the lease too, so that a holder
// that was stalled for too long changes nothing.
func (c *Catalog) renewUnder(ctx context.Context, l *lease, seen *connRecord, stop func() error) error {
	r, _, err := get[connRecord](ctx, c, seen.key())
	if err != nil || r.Generation != seen.Generation || r.State != ConnectionActive {
		return errors.Join(plainNotFound(err), stop(), l.release(ctx))
	}
	was, at, err := c.cooling(ctx, &r)
	if err != nil {
		return joinRelease(ctx, l, err, stop())
	}
	cred, err := c.open(ctx, &r)
	if err != nil {
		return joinRelease(ctx, l, err, stop())
	}
	n := &renewal{cat: c, lease: l, stop: stop, conn: &r, cred: cred, record: was, at: at}
	if was.Sent && n.spends() {
		return n.giveUp(ctx, "a renewal was interrupted, and the provider's answer is lost")
	}
	token, err := n.ask(ctx)
	if err != nil {
		return n.failed(ctx, err)
	}
	return n.keep(ctx, token)
}
