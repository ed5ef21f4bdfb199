package auth

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"
)

// Bounds of a callback.
const (
	MaxCallbackBytes  = 16 << 10
	maxCallbackParams = 64
)

// Callback is what a server sent to the redirect URI (RFC 6749 sections 4.1.2
// and 4.1.2.1), not yet believed: [Provider.Exchange] does that. Either Code or
// Error is there.
type Callback struct {
	State  string // to find the Authorization by; never empty
	Code   Secret
	Issuer string // RFC 9207 section 2; empty when there is none
	// Error and Description are those of an error reply, cut and cleaned like a
	// TokenError's.
	Error, Description string
}

// ParseCallback reads the query of a request to the redirect URI, with or
// without its '?'. A parameter that is there twice, whatever it is, both a code and
// an error or neither, no state, or more than MaxCallbackBytes are refused. The error
// wraps ErrBadCallback and shows nothing of the query.
func ParseCallback(query string) (*Callback, error) {
	refuse := func(reason string) (*Callback, error) {
		return nil, &TokenError{Op: "callback", Outcome: OutcomeNotSent, Err: because(ErrBadCallback, errors.New(reason))}
	}
	query = strings.TrimPrefix(query, "?")
	if len(query) > MaxCallbackBytes {
		return refuse("the query " + tooLong(MaxCallbackBytes))
	}
	if strings.Count(query, "&") >= maxCallbackParams {
		return refuse("the query " + tooMany(maxCallbackParams, "parameters"))
	}
	values, err := url.ParseQuery(query)
	if err != nil { // it quotes the query
		return refuse("the query cannot be parsed")
	}
	for _, all := range values {
		if len(all) > 1 { // RFC 6749 section 3.1
			return refuse("the query has a parameter twice")
		}
	}
	code := values.Get("code")
	cb := &Callback{State: values.Get("state"), Code: NewSecret(code), Issuer: values.Get("iss")}
	failed := values.Has("error")
	switch {
	case cb.State == "":
		return refuse("the query has no state")
	case failed && code != "":
		return refuse("the query has both a code and an error")
	case failed:
		cb.Error = scrubCode(values.Get("error"), nil)
		cb.Description = scrub(values.Get("error_description"), nil)
	case code == "":
		return refuse("the query has neither a code nor an error")
	case !printable(strings.ReplaceAll(code, " ", ""), ""): // RFC 6749 appendix A.11
		return refuse("the code has characters that none may have")
	}
	return cb, nil
}

// check returns why a callback is no answer to the authorization, or what the
// answer refuses.
func (a *Authorization) check(cb *Callback, now time.Time) error {
	refuse := func(kind error, reason string) error {
		err := kind
		if reason != "" {
			err = because(kind, errors.New(reason))
		}
		return &TokenError{Op: "callback", Outcome: OutcomeNotSent, Err: err}
	}
	switch {
	case a.State == "" || !NewSecret(a.State).Equal(NewSecret(cb.State)):
		return refuse(ErrBadCallback, "the state is another one")
	case a.Issuer != "" && cb.Issuer != "" && cb.Issuer != a.Issuer, // RFC 9207 section 2.4
		a.IssuerRequired && cb.Issuer != a.Issuer:
		return refuse(ErrBadCallback, "another issuer has answered, or does not say who it is")
	case !now.Before(a.Expires):
		return refuse(ErrExpired, "")
	case cb.Error != "":
		return &TokenError{
			Op: "authorize", Outcome: OutcomeRefused, Code: cb.Error, Description: cb.Description, Err: meaning(cb.Error),
		}
	case cb.Code.IsZero():
		return refuse(ErrBadCallback, "there is no code")
	}
	return nil
}

// Exchange finishes an authorization: it checks that the callback answers it (state
// in constant time, issuer, expiry) and exchanges the code for a token (RFC 6749
// section 4.1.3, RFC 7636 section 4.5). A code is for one use, so is this call.
//
// Errors are *TokenError. ErrBadCallback and ErrExpired: nothing was sent.
// ErrAccessDenied and others by Code: the server's refusal, from the callback.
func (p *Provider) Exchange(ctx context.Context, a *Authorization, cb *Callback) (*Token, error) {
	const op = "code exchange"
	if err := p.unusable(op, OAuth2Code); err != nil {
		return nil, err
	}
	if a == nil || cb == nil {
		return nil, &TokenError{Op: op, Outcome: OutcomeNotSent, Err: ErrBadCallback}
	}
	if err := a.check(cb, p.client.now()); err != nil {
		return nil, err
	}
	if a.ClientID != p.app.ClientID || a.TokenURL != p.scheme.TokenURL {
		err := because(ErrBadCallback, errors.New("the authorization began with another app or server"))
		return nil, &TokenError{Op: op, Outcome: OutcomeNotSent, Err: err}
	}
	form := url.Values{
		"grant_type": {grantCode}, "code": {cb.Code.Reveal()}, "redirect_uri": {a.RedirectURI},
	}
	if !a.Verifier.IsZero() {
		form.Set("code_verifier", a.Verifier.Reveal())
	}
	p.aim(form, nil)
	return p.obtain(ctx, op, form, a.Scopes)
}
