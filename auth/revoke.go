package auth

import (
	"context"
	"errors"
	"net/url"
)

// Revoke tells the server that a token will not be used again (RFC 7009 section 2):
// the refresh token, which takes the access tokens with it, or the access token when
// there is none. A token that the server does not know counts as revoked. The
// error wraps errors.ErrUnsupported when the scheme has no RevokeURL.
func (p *Provider) Revoke(ctx context.Context, t *Token) error {
	const op = "revoke"
	if p.scheme.RevokeURL == "" {
		cause := errors.New("the scheme has no revocation endpoint")
		return &TokenError{Op: op, Outcome: OutcomeNotSent, Err: because(errors.ErrUnsupported, cause)}
	}
	if t == nil || t.RefreshToken.IsZero() && t.AccessToken.IsZero() {
		return nil
	}
	secret, hint := t.RefreshToken, "refresh_token"
	if secret.IsZero() {
		secret, hint = t.AccessToken, "access_token"
	}
	r, err := p.request(op, p.scheme.RevokeURL, url.Values{"token": {secret.Reveal()}, "token_type_hint": {hint}})
	if err != nil {
		return &TokenError{Op: op, Outcome: OutcomeNotSent, Err: err}
	}
	in, failed := p.client.send(ctx, r)
	if failed != nil {
		return failed
	}
	if in.status/100 == 2 { // what the body says has no meaning: RFC 7009 section 2.2
		return nil
	}
	if _, failed = p.client.read(r, in); failed != nil {
		return failed
	}
	return nil
}
