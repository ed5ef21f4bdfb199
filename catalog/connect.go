package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/governance"
)

// Create makes a connection by a scheme whose parameters are all it takes (C2). The policy
// in force at the commit decides, in whichever process it was written (G6), and the
// connection keeps that decision (G5). What is wrong with the parameters is
// returned all at once as *ParamError. The error wraps ErrNotFound when the connector or scheme
// is not there, ErrDisabledByPolicy, ErrExists when the name is taken, auth.ErrNoKey when there are secrets and
// Options.Keys is nil, and errors.ErrUnsupported for the OAuth 2.0 schemes, whose tokens
// cannot be obtained yet. Then nothing was made.
func (c *Connections) Create(ctx context.Context, key, scheme string, req *ConnectionRequest) (*Connection, error) {
	const op = "create connection"
	if err := c.allow(ctx, op, ActionConnect, key); err != nil {
		return nil, err
	}
	if req == nil {
		req = &ConnectionRequest{}
	}
	for {
		conn, err := c.create(ctx, key, scheme, req)
		if conflicted(err, keyGovern) || conflicted(err, prefixPublished+key) {
			continue // judged on what has changed meanwhile; ctx bounds the retries
		}
		if err != nil {
			return nil, &Error{Op: op, Key: key, Err: err}
		}
		return conn, nil
	}
}

// create judges and commits once. Both are about one moment: the commit fails
// if policies or the publication have moved since the snapshot.
func (c *Connections) create(ctx context.Context, key, scheme string, req *ConnectionRequest) (*Connection, error) {
	if err := c.cat.sync(ctx); err != nil {
		return nil, err
	}
	s := c.cat.snapshot()
	e, sch, decision, err := c.admit(s, key, scheme)
	if err != nil {
		return nil, err
	}
	if !byParameters(sch.Type) {
		return nil, fmt.Errorf("scheme %q of type %s needs a token, which cannot be obtained yet: %w", scheme, sch.Type, errors.ErrUnsupported)
	}
	var faults faultList
	if req.Name == "" {
		faults.add("Name is empty")
	}
	checkName(&faults, "Name", req.Name)
	checkName(&faults, "Folder", req.Folder)
	public, secret, err := c.values(ctx, decision, sch, req.Params)
	if err := errors.Join(faults.err(), err); err != nil {
		return nil, err
	}
	now := c.cat.opts.Clock().UTC()
	r := &connRecord{
		ID: newID(), Tenant: c.principal.Tenant, Folder: req.Folder, Name: req.Name, Key: e.key, Release: e.active(),
		Scheme: sch.ID, Type: sch.Type, Owner: c.principal.User, Groups: c.principal.Groups, Shared: req.Shared, Params: public,
		State: ConnectionActive, Since: now, Created: now, Admitted: decision.Record(), Generation: 1,
	}
	if err := c.commitNew(ctx, s, e, r, secret); err != nil {
		return nil, err
	}
	conn, err := c.show(ctx, r)
	return &conn, err
}

// admit finds what is to be connected to and asks the policies.
func (c *Connections) admit(s *snapshot, key, scheme string) (*entry, *auth.Scheme, governance.Decision, error) {
	e, err := s.findPublished(key)
	if err != nil {
		return nil, nil, governance.Decision{}, err
	}
	for i, sch := range e.schemes() {
		if sch.ID == scheme {
			d := s.engine.Decide(c.principal.subject(), e.key, &e.schemes()[i])
			return e, &e.schemes()[i], d, d.Err()
		}
	}
	return nil, nil, governance.Decision{}, fmt.Errorf("scheme %q: %w", scheme, ErrNotFound)
}

// byParameters reports whether a scheme's parameters are all it takes. The
// others get a token first, some of them from the user in a browser.
func byParameters(t auth.Type) bool {
	switch t {
	case auth.OAuth2Code, auth.Device, auth.ClientCredentials, auth.JWTBearer, auth.PrivateKeyJWT:
		return false
	default:
		return true
	}
}

// values puts presets and defaults in place, measures the parameters, and
// keeps secrets apart.
func (c *Connections) values(ctx context.Context, d governance.Decision, sch *auth.Scheme, given map[string]any) (public, secret map[string]any, err error) {
	values, faults, err := d.Apply(sch.Params, given, c.cat.openPreset(ctx))
	if err != nil {
		return nil, nil, err
	}
	if len(faults) > 0 {
		return nil, nil, &ParamError{Faults: faults}
	}
	public, secret = map[string]any{}, map[string]any{}
	values = auth.WithDefaults(sch.Params, values)
	for i := range sch.Params {
		p := &sch.Params[i]
		v, given := values[p.Key]
		switch {
		case !given:
		case p.Secret:
			secret[p.Key] = reveal(v)
		default:
			public[p.Key] = v
		}
	}
	return public, secret, nil
}

// reveal takes a secret out for sealing.
func reveal(v any) any {
	if s, ok := v.(auth.Secret); ok {
		return s.Reveal()
	}
	return v
}

// commitNew writes the connection, its name, its sealed secret and the audit
// entry in one atomic step, held to the policies and the publication that it
// was judged by.
func (c *Connections) commitNew(ctx context.Context, s *snapshot, e *entry, r *connRecord, secret map[string]any) error {
	value := encode(r)
	ops := []Op{
		Put(r.key(), value, Absent()),
		Put(r.nameKey(), encode(r.ID), Absent()),
		Put(prefixConnID+r.ID, encode(r.Tenant), Absent()),
		Put(r.useKey(), encode(r.Tenant), Absent()),
		Check(keyGovern, atRevision(s.governed)),
		Check(publishedKey(r.Key), atRevision(e.pubRev)),
	}
	if len(secret) > 0 {
		sealed, err := c.seal(ctx, r, secret)
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

func (c *Connections) seal(ctx context.Context, r *connRecord, secret map[string]any) ([]byte, error) {
	plain, err := json.Marshal(secret)
	if err != nil {
		return nil, errors.New("the secret parameters cannot be encoded")
	}
	defer clear(plain)
	sealed, err := c.cat.sealer.SealBytes(ctx, r.binding(), plain)
	if err != nil {
		return nil, err
	}
	return encode(sealed), nil
}
