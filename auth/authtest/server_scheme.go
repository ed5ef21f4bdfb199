package authtest

import (
	"slices"

	"github.com/patchbay/patchbay/auth"
)

// Scheme returns a scheme of an OAuth 2.0 type for this server.
func (s *Server) Scheme(t auth.Type) *auth.Scheme {
	scheme := &auth.Scheme{
		ID: "oauth2", Type: t, Issuer: s.URL, TokenURL: s.URL + "/" + Token, RevokeURL: s.URL + "/" + Revoke,
		Scopes: []string{"read", "write"},
		Quirks: &auth.Quirks{TokenPath: s.o.TokenPath, ScopeSeparator: s.o.ScopeSeparator, ScopeParam: s.o.ScopeParam},
	}
	switch {
	case s.o.ClientSecret == "":
		scheme.Quirks.ClientAuth = auth.ClientAuthNone
	case len(s.o.ClientAuth) > 0 && !slices.Contains(s.o.ClientAuth, "basic") && slices.Contains(s.o.ClientAuth, "post"):
		scheme.Quirks.ClientAuth = auth.ClientAuthPost
	}
	switch t { //nolint:exhaustive // only these have more
	case auth.OAuth2Code:
		scheme.AuthorizeURL = s.URL + "/" + Authorize
	case auth.Device:
		scheme.DeviceURL = s.URL + "/" + Device
	}
	return scheme
}

// App returns the registration of the one client.
func (s *Server) App() *auth.App {
	return &auth.App{ClientID: s.o.ClientID, ClientSecret: auth.NewSecret(s.o.ClientSecret)}
}
