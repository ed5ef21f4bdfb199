package catalog

import (
	"context"
	"fmt"

	"github.com/patchbay/patchbay/auth"
)

// Begin begins a connection by a scheme for which a person has to agree: in a browser, which is
// sent to Authorization.URL and comes back to Complete, or on a device, for which Poll waits. Its
// request is judged now, and again when the connection is committed (C2, G6): by the policy in
// force then. It is bound to the principal's tenant and user, the connector, the scheme, the redirect URI
// and req.Browser (C3).
//
// Errors are those of Create; with errors.ErrUnsupported for schemes that need nobody.
func (c *Connections) Begin(ctx context.Context, key, scheme string, req *ConnectionRequest) (*Authorization, error) {
	const op = "begin connection"
	if err := c.allow(ctx, op, ActionConnect, key); err != nil {
		return nil, err
	}
	if req == nil {
		req = &ConnectionRequest{}
	}
	a, err := c.begin(ctx, key, scheme, req)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	return a, nil
}

func (c *Connections) begin(ctx context.Context, key, scheme string, req *ConnectionRequest) (*Authorization, error) {
	cand, err := c.judge(ctx, key, scheme, req, true)
	if err != nil {
		return nil, err
	}
	name := &connRecord{Tenant: c.principal.Tenant, Folder: req.Folder, Name: req.Name, Key: cand.e.key}
	if _, err := c.cat.store.Get(ctx, name.nameKey()); err == nil { // so that nobody agrees for nothing
		return nil, fmt.Errorf("name %q: %w", req.Name, ErrExists)
	}
	s := &session{
		Key: cand.e.key, Release: cand.e.active(), Name: req.Name, Folder: req.Folder, Shared: req.Shared,
	}
	return c.authorizeBy(ctx, s, cand.app, cand.scheme, cand.values, req.Params, req.Browser)
}

// authorizeBy begins at the provider and keeps what is needed to finish.
func (c *Connections) authorizeBy(ctx context.Context, s *session, app *registration, scheme *auth.Scheme, values, given map[string]any, browser auth.Secret) (*Authorization, error) {
	if err := c.cat.needKeys(); err != nil {
		return nil, err // before anybody is asked to agree
	}
	if scheme.Type == auth.OAuth2Code && browser.IsZero() {
		return nil, fmt.Errorf("%w: Browser is empty: an authorization is bound to the browser that begins it", ErrInvalid)
	}
	if err := c.tidySessions(ctx); err != nil {
		return nil, err
	}
	s.Tenant, s.User, s.Browser, s.Scheme = c.principal.Tenant, c.principal.User, browserHash(browser), scheme.ID
	if app != nil {
		s.App, s.OwnApp = app.ID, app.own
	}
	provider, err := c.cat.provider(ctx, app, scheme, values)
	if err != nil {
		return nil, err
	}
	begun, shown, err := c.ask(ctx, s, provider, app)
	if err != nil {
		return nil, err
	}
	s.id, s.Expires = shown.ID, shown.Expires
	secrets := &sessionSecrets{Given: revealed(given), Values: canonicalValues(values), Begun: begun.Reveal()}
	if err := c.openSession(ctx, s, secrets); err != nil {
		return nil, err
	}
	return shown, nil
}

// ask begins at the provider; begun is what finishes it there.
func (c *Connections) ask(ctx context.Context, s *session, provider *auth.Provider, app *registration) (begun auth.Secret, shown *Authorization, err error) {
	if provider.Scheme().Type == auth.Device {
		d, err := provider.AuthorizeDevice(ctx, nil)
		if err != nil {
			return begun, nil, err
		}
		begun, err = d.Encode()
		return begun, &Authorization{ID: newID(), Expires: d.Expires, Device: &DevicePrompt{
			UserCode: d.UserCode, URI: d.VerificationURI, CompleteURI: d.VerificationURIComplete, Interval: d.Interval,
		}}, err
	}
	switch {
	case app != nil && app.RedirectURI != "":
		s.Redirect = app.RedirectURI
	case c.cat.opts.RedirectURI != nil:
		s.Redirect = c.cat.opts.RedirectURI(s.Tenant, s.Key)
	default:
		return begun, nil, fmt.Errorf("%w: neither the app nor Options.RedirectURI says where the browser comes back to", ErrInvalid)
	}
	a, err := provider.Authorize(&auth.AuthorizationRequest{RedirectURI: s.Redirect})
	if err != nil {
		return begun, nil, err
	}
	begun, err = a.Encode()
	return begun, &Authorization{ID: a.State, URL: a.URL, Expires: a.Expires}, err
}

// canonicalValues is one text for equal values, whether they have been stored in between or
// not.
func canonicalValues(values map[string]any) string {
	stored, err := storable(revealed(values))
	if err != nil {
		return string(encode(revealed(values)))
	}
	return string(encode(stored))
}
