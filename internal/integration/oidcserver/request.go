package oidcserver

import (
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// grant is what a person, or an app for itself, has agreed to. All tokens that
// come of it share it, and die with it.
type grant struct {
	client   string
	subject  string
	scopes   []string
	authTime time.Time
	dead     bool
}

// authRequest is an authorization in a browser. It is not changed once others
// can see it: the store keeps another one in its place.
type authRequest struct {
	*oidc.AuthRequest
	id       string
	subject  string
	authTime time.Time
}

var _ op.AuthRequest = (*authRequest)(nil)

func (a *authRequest) GetID() string          { return a.id }
func (a *authRequest) GetACR() string         { return "" }
func (a *authRequest) GetAMR() []string       { return []string{"pwd"} }
func (a *authRequest) GetAudience() []string  { return []string{a.ClientID} }
func (a *authRequest) GetAuthTime() time.Time { return a.authTime }
func (a *authRequest) GetClientID() string    { return a.ClientID }
func (a *authRequest) GetNonce() string       { return a.Nonce }
func (a *authRequest) GetScopes() []string    { return a.Scopes }
func (a *authRequest) GetSubject() string     { return a.subject }
func (a *authRequest) Done() bool             { return a.subject != "" }

func (a *authRequest) GetResponseMode() oidc.ResponseMode { return a.ResponseMode }

func (a *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	if a.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: a.CodeChallenge, Method: a.CodeChallengeMethod}
}

// selfRequest is an app that asks for itself.
type selfRequest struct{ grant *grant }

var _ op.TokenRequest = (*selfRequest)(nil)

func (r *selfRequest) GetSubject() string    { return r.grant.subject }
func (r *selfRequest) GetAudience() []string { return []string{r.grant.client} }
func (r *selfRequest) GetScopes() []string   { return r.grant.scopes }

// refreshRequest asks for the successor of a token. It may ask for less.
type refreshRequest struct {
	grant  *grant
	scopes []string
}

var _ op.RefreshTokenRequest = (*refreshRequest)(nil)

func (r *refreshRequest) GetSubject() string          { return r.grant.subject }
func (r *refreshRequest) GetAudience() []string       { return []string{r.grant.client} }
func (r *refreshRequest) GetScopes() []string         { return r.scopes }
func (r *refreshRequest) GetClientID() string         { return r.grant.client }
func (r *refreshRequest) GetAuthTime() time.Time      { return r.grant.authTime }
func (r *refreshRequest) GetAMR() []string            { return []string{"pwd"} }
func (r *refreshRequest) SetCurrentScopes(s []string) { r.scopes = slices.Clone(s) }

// grantOf returns what a request for tokens rests on.
func grantOf(request op.TokenRequest) *grant {
	switch r := request.(type) {
	case *selfRequest:
		return r.grant
	case *refreshRequest:
		return r.grant
	case *authRequest:
		return &grant{client: r.ClientID, subject: r.subject, scopes: r.Scopes, authTime: r.authTime}
	case *op.DeviceAuthorizationState:
		return &grant{client: r.ClientID, subject: r.Subject, scopes: r.Scopes, authTime: r.AuthTime}
	case *oidc.JWTTokenRequest:
		return &grant{client: r.Issuer, subject: r.Subject, scopes: r.Scopes}
	default:
		return nil
	}
}
