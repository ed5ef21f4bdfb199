package auth

import (
	"context"
	"net/url"
)

// Refresh obtains the successor of a token (RFC 6749 section 6). What the reply
// leaves out stays as it was: the refresh token, the scopes, the ID token, Extra.
// old is not changed.
//
// One refresh token must not be sent twice: a server that rotates them takes the
// second one for theft and revokes them all. So this is one request, and two of
// one token at a time are for the caller to prevent.
//
// Errors are *TokenError: ErrNoRefreshToken, ErrInvalidGrant when the
// connection is lost, ErrTransient when it is not. With OutcomeUnknown the
// refresh token may be spent, whatever the error.
func (p *Provider) Refresh(ctx context.Context, old *Token) (*Token, error) {
	const op = "refresh"
	if old == nil || old.RefreshToken.IsZero() {
		return nil, &TokenError{Op: op, Outcome: OutcomeNotSent, Err: ErrNoRefreshToken}
	}
	form := url.Values{"grant_type": {grantRefresh}, "refresh_token": {old.RefreshToken.Reveal()}}
	p.aim(form, nil) // no scope: the same as before
	t, err := p.obtain(ctx, op, form, old.Scopes)
	if err != nil {
		return nil, err
	}
	return t.after(old), nil
}

// ClientCredentials obtains a token for the app itself (RFC 6749 section 4.4), for
// schemes of type ClientCredentials and PrivateKeyJWT. scopes nil means the
// scheme's. There is usually no refresh token: call it again instead.
func (p *Provider) ClientCredentials(ctx context.Context, scopes []string) (*Token, error) {
	const op = "client credentials"
	if err := p.unusable(op, ClientCredentials, PrivateKeyJWT); err != nil {
		return nil, err
	}
	scopes, err := p.scopes(scopes)
	if err != nil {
		return nil, err
	}
	form := url.Values{"grant_type": {grantClient}}
	p.aim(form, scopes)
	return p.obtain(ctx, op, form, scopes)
}

// JWTBearer obtains a token for an assertion that the app signs (RFC 7523 section
// 2.1), for schemes of type JWTBearer. a may be nil. scopes nil means the scheme's.
// There is usually no refresh token: call it again instead. An *InvalidError
// says what is wrong with a.
func (p *Provider) JWTBearer(ctx context.Context, a *Assertion, scopes []string) (*Token, error) {
	const op = "JWT bearer"
	if err := p.unusable(op, JWTBearer); err != nil {
		return nil, err
	}
	scopes, err := p.scopes(scopes)
	if err != nil {
		return nil, err
	}
	assertion, err := p.grantAssertion(a)
	if err != nil {
		return nil, err
	}
	form := url.Values{"grant_type": {grantJWT}, "assertion": {assertion}}
	p.aim(form, scopes)
	return p.obtain(ctx, op, form, scopes)
}
