package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/auth"
)

// lookTimeout bounds looking after a write whose outcome is not known.
const lookTimeout = 10 * time.Second

// Create makes a connection by a scheme for which nobody has to agree in a browser or on a
// device; those begin with Begin. The policy in force at the commit decides, in whichever
// process it was written (G6), and the connection keeps that decision (G5). A token is
// obtained where the scheme wants one, and the credentials are tried out where the manifest says
// how (C2). What is wrong with the parameters is returned all at once as *ParamError.
//
// The error wraps ErrNotFound when the connector or scheme is not there, ErrDisabledByPolicy,
// ErrExists when the name is taken, ErrNoApp, auth.ErrNoKey when there are secrets and
// Options.Keys is nil, and errors.ErrUnsupported for schemes that need a person. It is an
// *auth.TokenError or a *ProbeError when the provider refused. Then nothing was made; an error of a Store that cannot tell whether it
// has committed, and says so, leaves that open too.
func (c *Connections) Create(ctx context.Context, key, scheme string, req *ConnectionRequest) (*Connection, error) {
	const op = "create connection"
	if err := c.allow(ctx, op, ActionConnect, key); err != nil {
		return nil, err
	}
	if req == nil {
		req = &ConnectionRequest{}
	}
	conn, err := c.create(ctx, key, scheme, req)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	return conn, nil
}

func (c *Connections) create(ctx context.Context, key, scheme string, req *ConnectionRequest) (*Connection, error) {
	var by *candidate // who has obtained the token
	var token *auth.Token
	for {
		cand, err := c.judge(ctx, key, scheme, req, false)
		if err == nil && !cand.authenticatesLike(by) {
			c.giveBack(by, req, token)
			token, err = c.authenticate(ctx, cand)
			by = cand
		}
		var conn *Connection
		if err == nil {
			conn, err = c.make(ctx, cand, req, token)
		}
		switch {
		case err == nil:
			return conn, nil
		case !cand.overtaken(err):
			c.giveBack(by, req, token)
			return nil, err
		} // else it is judged on what has changed meanwhile; ctx bounds the retries
	}
}

// giveBack returns a token that no connection will use.
func (c *Connections) giveBack(by *candidate, req *ConnectionRequest, token *auth.Token) {
	if token != nil {
		c.cat.revokeSoon(c.record(by, req, token), credentialOf(by.scheme, by.values, token))
	}
}

// authenticate obtains the token of a scheme that wants one, and tries the
// credentials out.
func (c *Connections) authenticate(ctx context.Context, cand *candidate) (*auth.Token, error) {
	var token *auth.Token
	if byToken(cand.scheme.Type) {
		if err := c.cat.needKeys(); err != nil {
			return nil, err // before anybody is asked for what could not be kept
		}
		provider, err := c.cat.provider(ctx, cand.app, cand.scheme, cand.values)
		if err != nil {
			return nil, err
		}
		if token, err = obtain(ctx, provider, cand.scheme, cand.values); err != nil {
			return nil, err
		}
	}
	return token, c.cat.probeNew(ctx, cand, token)
}

// obtain asks for a token that needs no person.
func obtain(ctx context.Context, p *auth.Provider, s *auth.Scheme, values map[string]any) (*auth.Token, error) {
	if s.Type == auth.JWTBearer {
		return p.JWTBearer(ctx, auth.AssertionOf(s, values), nil)
	}
	return p.ClientCredentials(ctx, nil)
}

// make commits a connection as it was judged.
func (c *Connections) make(ctx context.Context, cand *candidate, req *ConnectionRequest, token *auth.Token) (*Connection, error) {
	r := c.record(cand, req, token)
	if err := c.commitNew(ctx, cand, r, credentialOf(cand.scheme, cand.values, token)); err != nil && !c.landed(ctx, r, err) {
		return nil, err
	}
	conn := r.connection(false) // nobody can have made it the default yet
	return &conn, nil
}

// landed reports whether a commit that failed was stored all the same: the store's answer may have
// been lost, and a token in use must not be given back. Nobody else mints its id.
func (c *Connections) landed(ctx context.Context, r *connRecord, err error) bool {
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrExists) {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	_, _, err = get[connRecord](ctx, c.cat, r.key())
	return err == nil
}

// record is the connection that a candidate becomes.
func (c *Connections) record(cand *candidate, req *ConnectionRequest, token *auth.Token) *connRecord {
	now := c.cat.opts.Clock().UTC()
	r := &connRecord{
		ID: newID(), Tenant: c.principal.Tenant, Folder: req.Folder, Name: req.Name, Key: cand.e.key, Release: cand.e.active(),
		Scheme: cand.scheme.ID, Type: cand.scheme.Type, Owner: c.principal.User, Groups: c.principal.Groups, Shared: req.Shared,
		Params: public(cand.scheme, cand.values), Fixed: cand.fixed, State: ConnectionActive, Since: now, Created: now,
		Admitted: cand.decision.Record(), Generation: 1,
	}
	if cand.app != nil {
		r.App, r.OwnApp = cand.app.ID, cand.app.own
	}
	r.hold(token, now)
	return r
}

// commitNew writes the connection, its name, its sealed secret and the audit
// entry in one atomic step, held to the policies, the publication and the app that
// it was judged by.
func (c *Connections) commitNew(ctx context.Context, cand *candidate, r *connRecord, cred *credential) error {
	value := encode(r)
	ops := []Op{
		Put(r.key(), value, Absent()),
		Put(r.nameKey(), encode(r.ID), Absent()),
		Put(prefixConnID+r.ID, encode(r.Tenant), Absent()),
		Put(r.useKey(), encode(r.Tenant), Absent()),
	}
	ops = append(ops, cand.checks()...)
	if r.App != "" {
		ops = append(ops, Put(r.appUseKey(), encode(r.Tenant), Absent()), Put(prefixAppUse+r.App, encode(true), Any()))
	}
	if !cred.empty() {
		sealed, err := c.cat.seal(ctx, r.binding(), cred)
		if err != nil {
			return err
		}
		ops = append(ops, Put(r.secretKey(), sealed, Absent()))
	}
	err := c.cat.commit(ctx, AuditEntry{
		By: c.principal, Action: "connect", Key: r.Key, Target: r.ID, After: digestOf(value),
		Detail: fmt.Sprintf("scheme %s, policy %q revision %d", r.Scheme, r.Admitted.Policy, r.Admitted.Revision),
	}, ops...)
	if conflicted(err, r.nameKey()) {
		return fmt.Errorf("name %q: %w", r.Name, ErrExists)
	}
	return err
}

// checks hold a commit to what the candidate was judged by.
func (d *candidate) checks() []Op {
	ops := []Op{Check(keyGovern, atRevision(d.snap.governed)), Check(publishedKey(d.e.key), atRevision(d.e.pubRev))}
	if d.app != nil {
		ops = append(ops, Check(d.app.at.key(), At(d.app.rev)))
	}
	return ops
}

// overtaken reports whether a commit failed because what the candidate was
// judged by has changed.
func (d *candidate) overtaken(err error) bool {
	return d != nil && (conflicted(err, keyGovern) || conflicted(err, publishedKey(d.e.key)) || d.app != nil && conflicted(err, d.app.at.key()))
}

// authenticatesLike reports whether what a token was obtained for, and what was tried
// out, is the same.
func (d *candidate) authenticatesLike(o *candidate) bool {
	if o == nil || d.e.active() != o.e.active() || canonicalValues(d.values) != canonicalValues(o.values) || (d.app == nil) != (o.app == nil) {
		return false
	}
	return d.app == nil || d.app.ID == o.app.ID && d.app.Generation == o.app.Generation
}
