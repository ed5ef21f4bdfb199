package catalog

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/auth"
)

// Create makes a connection by a scheme for which nobody has to agree in a browser or on a
// device; those begin with Begin. The policy in force at the commit decides, in whichever
// process it was written (G6), and the connection keeps that decision (G5). A token is
// obtained where the scheme wants one, and the credentials are tried out where the manifest says
// how (C2). What is wrong with the parameters is returned all at once as *ParamError.
//
// The error wraps ErrNotFound when the connector or scheme is not there, ErrDisabledByPolicy,
// ErrExists when the name is taken, ErrNoApp, auth.ErrNoKey when there are secrets and
// Options.Keys is nil, and errors.ErrUnsupported for schemes that need a person. It is an
// *auth.TokenError or a *ProbeError when the provider refused. Then nothing was made.
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
	var before *candidate
	var token *auth.Token
	for {
		cand, err := c.judge(ctx, key, scheme, req, false)
		if err != nil {
			return nil, err
		}
		if !cand.authenticatesLike(before) {
			if token, err = c.authenticate(ctx, cand); err != nil {
				return nil, err
			}
		}
		conn, err := c.make(ctx, cand, req, token)
		if !cand.overtaken(err) {
			return conn, err
		}
		before = cand // judged on what has changed meanwhile; ctx bounds the retries
	}
}

// authenticate obtains the token of a scheme that wants one, and tries the
// credentials out.
func (c *Connections) authenticate(ctx context.Context, cand *candidate) (*auth.Token, error) {
	var token *auth.Token
	if byToken(cand.scheme.Type) {
		if !c.cat.hasKeys() {
			return nil, auth.ErrNoKey // before anybody is asked for what could not be kept
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
	if err := c.commitNew(ctx, cand, r, credentialOf(cand.scheme, cand.values, token)); err != nil {
		return nil, err
	}
	conn, err := c.show(ctx, r)
	return &conn, err
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
		ops = append(ops, Put(r.appUseKey(), encode(r.Tenant), Absent()))
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
	return conflicted(err, keyGovern) || conflicted(err, publishedKey(d.e.key)) || d.app != nil && conflicted(err, d.app.at.key())
}

// authenticatesLike reports whether what a token was obtained for, and what was tried
// out, is the same.
func (d *candidate) authenticatesLike(o *candidate) bool {
	if o == nil || d.e.active() != o.e.active() || canonicalValues(d.values) != canonicalValues(o.values) || (d.app == nil) != (o.app == nil) {
		return false
	}
	return d.app == nil || d.app.ID == o.app.ID && d.app.Generation == o.app.Generation
}
