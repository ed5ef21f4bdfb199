package catalog

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/auth"
)

// finishing is an authorization whose answer is there.
type finishing struct {
	session  *session
	secrets  *sessionSecrets
	scheme   *auth.Scheme
	values   map[string]any
	provider *auth.Provider
	conn     *connRecord // as far as it is known: for the provider, and to give a token back
}

// giveBack tells the provider that a token will not be used.
func (f *finishing) giveBack(c *Catalog, token *auth.Token) {
	c.revokeSoon(f.conn, credentialOf(f.scheme, f.values, token))
}

// finishing prepares the end of a session: the provider as it was asked at the beginning.
func (c *Connections) finishing(ctx context.Context, s *session, secrets *sessionSecrets) (*finishing, error) {
	r := &connRecord{ID: s.Connection, Tenant: s.Tenant, Key: s.Key, Release: s.Release, Scheme: s.Scheme, App: s.App, OwnApp: s.OwnApp, Generation: s.Generation}
	_, scheme, err := c.cat.schemeOf(r)
	if err != nil {
		return nil, s.stale("the release")
	}
	r.Type = scheme.Type
	app, err := c.cat.registrationOf(ctx, r)
	if err != nil {
		return nil, s.stale("the app")
	}
	scheme = app.without(scheme)
	values, err := decode[map[string]any](Record{Key: "session", Value: []byte(secrets.Values)})
	if err != nil {
		return nil, s.stale("what was stored of it") // err might quote it
	}
	values = hide(scheme, values)
	provider, err := c.cat.provider(ctx, app, scheme, values)
	if err != nil {
		return nil, err
	}
	r.Params = public(scheme, values)
	return &finishing{s, secrets, scheme, values, provider, r}, nil
}

// stale refuses to finish what was begun under other circumstances.
func (s *session) stale(what string) error {
	return fmt.Errorf("%w: %s is another than when the authorization began: begin again", ErrConflict, what)
}

// finish makes or renews the connection. A token that it cannot use is given back.
func (c *Connections) finish(ctx context.Context, f *finishing, token *auth.Token) (*Connection, error) {
	var conn *Connection
	var err error
	if f.session.Connection == "" {
		conn, err = c.finishNew(ctx, f, token)
	} else {
		conn, err = c.finishAgain(ctx, f, token)
	}
	if err != nil {
		f.giveBack(c.cat, token)
		return nil, err
	}
	return conn, nil
}

// finishNew judges anew and commits, held to what it was judged by (G6).
func (c *Connections) finishNew(ctx context.Context, f *finishing, token *auth.Token) (*Connection, error) {
	s := f.session
	if err := c.cat.authorize(ctx, c.principal, ActionConnect, string(s.Key)); err != nil {
		return nil, err
	}
	req := &ConnectionRequest{Name: s.Name, Folder: s.Folder, Shared: s.Shared, Params: f.secrets.Given}
	probed := ""
	for {
		cand, err := c.judge(ctx, string(s.Key), s.Scheme, req, true)
		if err == nil {
			err = c.unchanged(f, cand)
		}
		if err != nil {
			return nil, err
		}
		if probed != cand.e.active() {
			if err := c.cat.probeNew(ctx, cand, token); err != nil {
				return nil, err
			}
			probed = cand.e.active()
		}
		conn, err := c.make(ctx, cand, req, token)
		if !cand.overtaken(err) {
			return conn, err
		}
	}
}

// unchanged checks that a token was obtained for what is now to be made: by the app,
// with the values and from the provider that are in force.
func (c *Connections) unchanged(f *finishing, cand *candidate) error {
	s := f.session
	app, own := "", false
	if cand.app != nil {
		app, own = cand.app.ID, cand.app.own
	}
	if app != s.App || own != s.OwnApp {
		return s.stale("the app" + byPolicy(cand))
	}
	if canonicalValues(cand.values) != f.secrets.Values {
		return s.stale("a preset parameter" + byPolicy(cand))
	}
	_, before, err := c.cat.schemeIn(f.conn, s.Release)
	_, now, err2 := c.cat.schemeIn(f.conn, cand.e.active())
	if err != nil || err2 != nil || len(before.Changes(now)) > 0 {
		return s.stale("the scheme")
	}
	return nil
}

// byPolicy names the policy that a candidate is under, which may be why.
func byPolicy(cand *candidate) string {
	if p := cand.decision.Policy(); p != "" {
		return fmt.Sprintf(" under policy %q", p)
	}
	return ""
}
