package oidcserver

import (
	"crypto"
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Client is a program's registration at the server (RFC 6749 section 2).
type Client struct {
	// ID is the client identifier. Required.
	ID string
	// Secret proves the client in the Authorization header (client_secret_basic).
	// Without Secret and Key the client is a public one, which needs PKCE.
	Secret string
	// Key verifies the assertions that prove the client (private_key_jwt), and those
	// of a JWT bearer grant; KeyID is their "kid".
	Key   crypto.PublicKey
	KeyID string
	// RedirectURIs are where browsers may be sent back to, compared as a whole.
	RedirectURIs []string
}

// Scopes returns the scopes that the server knows beside those of OpenID Connect.
func Scopes() []string { return []string{"notes.read", "notes.write"} }

// idTokenTTL is how long an ID token holds.
const idTokenTTL = 5 * time.Minute

// registration is a Client as the server's library wants to see it.
type registration struct{ Client }

var _ op.Client = (*registration)(nil)

func (r *registration) GetID() string                    { return r.ID }
func (r *registration) RedirectURIs() []string           { return r.Client.RedirectURIs }
func (r *registration) PostLogoutRedirectURIs() []string { return nil }
func (r *registration) LoginURL(id string) string        { return pathLogin + "?id=" + id }

func (r *registration) ApplicationType() op.ApplicationType {
	if r.AuthMethod() == oidc.AuthMethodNone {
		return op.ApplicationTypeNative
	}
	return op.ApplicationTypeWeb
}

func (r *registration) AuthMethod() oidc.AuthMethod {
	switch {
	case r.Secret != "":
		return oidc.AuthMethodBasic
	case r.Key != nil:
		return oidc.AuthMethodPrivateKeyJWT
	default:
		return oidc.AuthMethodNone
	}
}

func (r *registration) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

func (r *registration) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{
		oidc.GrantTypeCode, oidc.GrantTypeRefreshToken, oidc.GrantTypeClientCredentials, oidc.GrantTypeDeviceCode,
		oidc.GrantTypeBearer,
	}
}

// AccessTokenType is an opaque one: only the server can say whether it is live.
func (r *registration) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }

func (r *registration) IDTokenLifetime() time.Duration       { return idTokenTTL }
func (r *registration) IDTokenUserinfoClaimsAssertion() bool { return false }
func (r *registration) IsScopeAllowed(scope string) bool     { return slices.Contains(Scopes(), scope) }
func (r *registration) DevMode() bool                        { return false }
func (r *registration) ClockSkew() time.Duration             { return 0 }

//nolint:revive,staticcheck // the library's spelling
func (r *registration) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

func (r *registration) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
