package auth

import (
	"maps"
	"slices"
	"time"
)

// Token is what a token endpoint issued (RFC 6749 section 5.1). Printed, logged or
// encoded, it shows none of its secrets; Encode is for sealing.
//
// A Token is data: the methods do not change it, and it is safe for concurrent
// use as long as nobody else does.
type Token struct {
	// AccessToken goes to the API. It is never empty in a Token of this package,
	// and visible ASCII with inner spaces at most (RFC 6749 appendix A.12).
	AccessToken Secret `json:"accessToken,omitzero"`
	// RefreshToken obtains the next Token; empty when none was issued.
	RefreshToken Secret `json:"refreshToken,omitzero"`
	// IDToken is the OpenID Connect ID token as it came. Nobody has verified
	// it: do not take an identity from it.
	IDToken Secret `json:"idToken,omitzero"`
	// Type is the token type, "Bearer" in this spelling whatever the server's;
	// a server that named none means that, too.
	Type string `json:"type"`
	// Scopes are what was granted: what the reply lists or, when it lists
	// nothing, what was asked for (RFC 6749 section 5.1). Sorted, without doubles.
	Scopes []string `json:"scopes,omitempty"`
	// Expiry is when to stop using AccessToken: the lifetime that the server
	// stated, counted from when the request was sent, less TokenOptions.Skew. The
	// zero time means that nobody knows; then only a 401 of the API tells.
	Expiry time.Time `json:"expiry,omitzero"`
	// Extra are the members of the reply that TokenOptions.Extra asks for, by
	// path.
	Extra map[string]string `json:"extra,omitempty"`
}

// Expired reports whether the access token must not be used at now. A token
// whose expiry is not known has not expired.
func (t *Token) Expired(now time.Time) bool {
	return !t.Expiry.IsZero() && !now.Before(t.Expiry)
}

// clone returns a copy that shares nothing which can be changed.
func (t *Token) clone() *Token {
	c := *t
	c.Scopes, c.Extra = slices.Clone(t.Scopes), maps.Clone(t.Extra)
	return &c
}

// after returns t as the successor of old: what a refresh left unsaid stays as it
// was (RFC 6749 section 6). Its scopes are settled already.
func (t *Token) after(old *Token) *Token {
	next := t.clone()
	if next.RefreshToken.IsZero() {
		next.RefreshToken = old.RefreshToken
	}
	if next.IDToken.IsZero() {
		next.IDToken = old.IDToken
	}
	if len(old.Extra) > 0 {
		extra := maps.Clone(old.Extra)
		maps.Copy(extra, next.Extra)
		next.Extra = extra
	}
	return next
}
