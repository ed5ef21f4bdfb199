package catalog

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/url"

	"github.com/patchbay/patchbay/auth"
)

// Complete finishes what Begin or BeginReauthenticate began, with the URL that the browser came
// back to (only path and query are needed) and the secret of that browser. id is
// Authorization.ID; a program that has not kept it takes the "state" of the callback. It is done by the same user as
// Begin and from the same browser, once: an authorization is used up by a callback that belongs to it,
// whatever comes of that (C3). The policy in force at the commit decides (G6); what was issued for a
// connection that is refused is given back to the provider.
//
// The error wraps ErrNotFound when there is no such authorization for the principal, or it was finished
// already (ErrUsed); auth.ErrExpired; ErrForbidden in another browser; auth.ErrBadCallback when the
// callback is not its answer; ErrConflict when what it was begun with has changed; ErrDisabledByPolicy and the other errors of Create; or it is an
// *auth.TokenError, such as auth.ErrAccessDenied. Then nothing was made.
func (c *Connections) Complete(ctx context.Context, id string, callback *url.URL, browser auth.Secret) (*Connection, error) {
	const op = "complete connection"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	conn, err := c.complete(ctx, id, callback, browser)
	if err != nil {
		return nil, &Error{Op: op, Err: err} // the id is a secret of the browser's
	}
	return conn, nil
}

func (c *Connections) complete(ctx context.Context, id string, callback *url.URL, browser auth.Secret) (*Connection, error) {
	s, err := c.findSession(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.Redirect == "" {
		return nil, fmt.Errorf("%w: it is a device's: see Poll", ErrInvalid)
	}
	if !s.boundTo(browser) {
		return nil, fmt.Errorf("%w: it was begun in another browser", ErrForbidden)
	}
	answer, err := s.answer(id, callback)
	if err != nil {
		return nil, err
	}
	secrets, err := openJSON[sessionSecrets](ctx, c.cat, s.binding(), s.Sealed)
	if err != nil {
		return nil, err
	}
	begun, err := auth.DecodeAuthorization(auth.NewSecret(secrets.Begun))
	if err != nil {
		return nil, err
	}
	if err := c.endSession(ctx, s); err != nil {
		return nil, err
	}
	f, err := c.finishing(ctx, s, &secrets)
	if err != nil {
		return nil, err
	}
	token, err := f.provider.Exchange(ctx, begun, answer)
	if err != nil {
		return nil, err
	}
	return c.finish(ctx, f, token)
}

// answer reads a callback and checks that it belongs to the session. What does
// not leaves the session as it is: anybody can send a browser to a redirect URI.
func (s *session) answer(id string, callback *url.URL) (*auth.Callback, error) {
	if callback == nil {
		callback = &url.URL{}
	}
	if err := s.cameTo(callback); err != nil {
		return nil, err
	}
	answer, err := auth.ParseCallback(callback.RawQuery)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(answer.State), []byte(id)) != 1 {
		return nil, fmt.Errorf("%w: it belongs to another authorization", auth.ErrBadCallback)
	}
	return answer, nil
}
