package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/auth"
)

// ReauthRequest is what a user says when a connection authenticates again.
type ReauthRequest struct {
	// Params are new values of secret parameters, and of parameters that have none
	// yet. What else a connection was made with is not changed (C1), nor is what a policy
	// gave then (G5). Those left out stay as they are.
	Params map[string]any
	// Browser is the secret of the browser, as in ConnectionRequest.
	Browser auth.Secret
}

// Reauthenticate gives a connection new credentials, by a scheme for which nobody has to agree;
// the others begin with BeginReauthenticate. It ends ConnectionNeedsReauth. No policy
// is asked (G5), and the connection stays with its app and its release. Only the owner
// may. Errors are those of Create.
func (c *Connections) Reauthenticate(ctx context.Context, id string, req *ReauthRequest) (*Connection, error) {
	const op = "reauthenticate connection"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	conn, err := c.reauthenticate(ctx, id, req)
	if err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	return conn, nil
}

func (c *Connections) reauthenticate(ctx context.Context, id string, req *ReauthRequest) (*Connection, error) {
	again, err := c.again(ctx, id, req)
	if err != nil {
		return nil, err
	}
	if err := begins(again.scheme, false); err != nil {
		return nil, err
	}
	var token *auth.Token
	if byToken(again.scheme.Type) {
		provider, err := c.cat.provider(ctx, again.app, again.scheme, again.values)
		if err != nil {
			return nil, err
		}
		if token, err = obtain(ctx, provider, again.scheme, again.values); err != nil {
			return nil, err
		}
	}
	return c.commitAgain(ctx, again, token)
}

// BeginReauthenticate begins the same where a person has to agree; Complete or Poll
// finishes it, as it does what Begin began. They should agree as who they are in the application already: a connection is to
// one account.
func (c *Connections) BeginReauthenticate(ctx context.Context, id string, req *ReauthRequest) (*Authorization, error) {
	const op = "begin reauthentication"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	a, err := c.beginAgain(ctx, id, req)
	if err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	return a, nil
}

func (c *Connections) beginAgain(ctx context.Context, id string, req *ReauthRequest) (*Authorization, error) {
	again, err := c.again(ctx, id, req)
	if err != nil {
		return nil, err
	}
	if err := begins(again.scheme, true); err != nil {
		return nil, err
	}
	if req == nil {
		req = &ReauthRequest{}
	}
	r := again.conn
	s := &session{Key: r.Key, Release: r.Release, Connection: r.ID, Generation: r.Generation}
	return c.authorizeBy(ctx, s, again.app, again.scheme, again.values, req.Params, req.Browser)
}

// reauth is a connection that authenticates again.
type reauth struct {
	conn   *connRecord
	scheme *auth.Scheme // without what the app states already
	app    *registration
	before string // canonicalValues of what was there
	values map[string]any
}

// again finds the connection, and measures the request against what it was made with.
func (c *Connections) again(ctx context.Context, id string, req *ReauthRequest) (*reauth, error) {
	if req == nil {
		req = &ReauthRequest{}
	}
	r, _, err := c.find(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := c.mayRenew(r); err != nil {
		return nil, err
	}
	_, scheme, err := c.cat.schemeOf(r)
	if err != nil {
		return nil, err
	}
	app, err := c.cat.registrationOf(ctx, r)
	if err != nil {
		return nil, err
	}
	scheme = app.without(scheme)
	cred, err := c.cat.open(ctx, r)
	switch {
	case errors.Is(err, auth.ErrTampered), errors.Is(err, auth.ErrUnknownKey), errors.Is(err, ErrNotFound), errors.Is(err, errDamaged):
		cred = &credential{} // lost: all of it has to be given anew
	case err != nil:
		return nil, err
	}
	there := cred.all(r)
	values, faults := r.renewed(scheme, hide(scheme, there), req.Params)
	if len(faults) > 0 {
		return nil, &ParamError{Faults: faults}
	}
	return &reauth{conn: r, scheme: scheme, app: app, before: canonicalValues(there), values: values}, nil
}

func (c *Connections) mayRenew(r *connRecord) error {
	if r.Owner != c.principal.User {
		return fmt.Errorf("%w: only its owner may", ErrForbidden)
	}
	if r.State == ConnectionQuarantined {
		return fmt.Errorf("%w: it is quarantined: %s", ErrForbidden, r.Reason)
	}
	return nil
}

// renewed puts what is given in the place of what is there, where that may change. Nobody
// but the policy that admitted the connection could give again what that gave.
func (r *connRecord) renewed(s *auth.Scheme, there, given map[string]any) (map[string]any, []auth.Fault) {
	var faults []auth.Fault
	values := maps.Clone(there)
	for _, key := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(s.Params, func(p auth.Param) bool { return p.Key == key })
		_, has := r.Params[key]
		switch {
		case i >= 0 && slices.Contains(r.Fixed, key):
			faults = append(faults, auth.Fault{Field: key, Reason: "was given by the policy that admitted the connection"})
			continue
		case i >= 0 && s.Params[i].Role == auth.RoleHidden:
			faults = append(faults, auth.Fault{Field: key, Reason: "cannot be given"})
			continue
		case i >= 0 && !s.Params[i].Secret && has:
			faults = append(faults, auth.Fault{Field: key, Reason: "is what the connection was made with, and stays"})
			continue
		}
		values[key] = given[key]
	}
	for i := range s.Params {
		if key := s.Params[i].Key; there[key] == nil && slices.Contains(r.Fixed, key) {
			faults = append(faults, auth.Fault{Field: key, Reason: "was given by the policy that admitted the connection, and is lost: make a new one"})
		}
	}
	faults = append(faults, auth.Validate(s.Params, values)...)
	return hide(s, auth.WithDefaults(s.Params, values)), faults
}

// finishAgain gives the connection the token that a person has agreed to.
func (c *Connections) finishAgain(ctx context.Context, f *finishing, token *auth.Token) (*Connection, error) {
	again, err := c.again(ctx, f.session.Connection, &ReauthRequest{Params: f.secrets.Given})
	if err != nil {
		return nil, err
	}
	switch r := again.conn; {
	case r.Release != f.session.Release:
		return nil, f.session.stale("the release")
	case canonicalValues(again.values) != f.secrets.Values:
		return nil, f.session.stale("a parameter")
	}
	return c.commitAgain(ctx, again, token)
}
