package catalog

import (
	"bytes"
	"context"
	"fmt"

	"github.com/patchbay/patchbay/auth"
)

// probeAgain tries new credentials out before they replace the old ones.
func (c *Connections) probeAgain(ctx context.Context, again *reauth, token *auth.Token) error {
	m, _, err := c.cat.schemeOf(again.conn)
	if err != nil || m.Probe == "" {
		return err
	}
	creds, err := c.cat.credentials(ctx, again.scheme, again.values, again.app, token)
	if err != nil {
		return err
	}
	return c.cat.probe(ctx, m, again.scheme, public(again.scheme, again.values), auth.StaticSource(creds))
}

// commitAgain stores new credentials in one step, unless somebody else has done so
// meanwhile with others.
func (c *Connections) commitAgain(ctx context.Context, again *reauth, token *auth.Token) (*Connection, error) {
	cred := credentialOf(again.scheme, again.values, token)
	if err := c.probeAgain(ctx, again, token); err != nil {
		return nil, err
	}
	var conn Connection
	var sealed []byte
	err := c.editing(ctx, "reauthenticate", again.conn.ID, func(r *connRecord) ([]Op, error) {
		if err := c.mayStill(ctx, again, r); err != nil {
			return nil, err
		}
		r.Generation++
		r.Params = public(again.scheme, again.values)
		r.Lost = ""
		r.hold(token, c.cat.opts.Clock().UTC())
		if r.State == ConnectionNeedsReauth {
			r.State, r.Reason, r.Since = ConnectionActive, "", c.cat.opts.Clock().UTC()
		}
		ops := []Op{Delete(r.renewalKey(), Any())}
		var err error
		if conn, err = c.show(ctx, r); err != nil {
			return nil, err
		}
		if cred.empty() {
			return append(ops, Delete(r.secretKey(), Any())), nil // it is sealed for the generation before
		}
		sealed, err = c.cat.seal(ctx, r.binding(), cred)
		return append(ops, Put(r.secretKey(), sealed, Any())), err
	})
	if err != nil && !c.renewedBy(ctx, again.conn, sealed) {
		return nil, err
	}
	return &conn, nil
}

// mayStill refuses to store what was obtained for a connection that has become another meanwhile. A
// renewal in between is no such change where a person has agreed: it has stored a token that the new
// one replaces.
func (c *Connections) mayStill(ctx context.Context, again *reauth, now *connRecord) error {
	if err := c.mayRenew(now); err != nil {
		return err
	}
	was := again.conn
	if now.Generation == was.Generation && now.Release == was.Release {
		return nil
	}
	if byPerson(was.Type) && now.Release == was.Release {
		cred, err := c.cat.open(ctx, now)
		if err != nil {
			return err
		}
		if canonicalValues(cred.all(now)) == again.before {
			return nil
		}
	}
	return fmt.Errorf("the connection: %w", ErrConflict)
}

// renewedBy reports whether a commit that failed was stored all the same: the store's answer may
// have been lost.
func (c *Connections) renewedBy(ctx context.Context, r *connRecord, sealed []byte) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	rec, err := c.cat.store.Get(ctx, r.secretKey())
	return err == nil && sealed != nil && bytes.Equal(rec.Value, sealed)
}
