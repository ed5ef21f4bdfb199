package oauth_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/integration/browser"
)

// client returns the client under test. The servers are on loopback.
func (s *realServer) client() *auth.TokenClient {
	return auth.NewTokenClient(&auth.TokenOptions{AllowPrivate: true, RootCAs: s.roots})
}

// provider returns the provider of a scheme that states nothing but the issuer:
// the server's metadata says the rest.
func (s *realServer) provider(t *testing.T, typ auth.Type, app *auth.App, scopes ...string) *auth.Provider {
	t.Helper()
	meta, err := s.client().Discover(t.Context(), s.issuer)
	require.NoError(t, err)
	scheme := &auth.Scheme{
		ID: "it", Type: typ, Issuer: s.issuer, Scopes: scopes, Quirks: &auth.Quirks{AssertionAudience: s.audience},
	}
	if app.ClientSecret.IsZero() && app.Key == nil {
		scheme.Quirks.ClientAuth = auth.ClientAuthNone
	}
	p, err := s.client().For(scheme, app, meta)
	require.NoError(t, err)
	return p
}

// The apps that every server knows.
func webApp() *auth.App { return &auth.App{ClientID: webID, ClientSecret: auth.NewSecret(secret)} }

func publicApp() *auth.App { return &auth.App{ClientID: publicID} }

func (s *realServer) signedApp() *auth.App {
	return &auth.App{ClientID: signedID, Key: &auth.SigningKey{PEM: s.key, ID: "k1"}}
}

// lasting are scopes that come with a refresh token.
var lasting = []string{"offline_access", "notes.read"}

// begin plays an authorization up to the callback.
func (s *realServer) begin(t *testing.T, p *auth.Provider) (*auth.Authorization, *auth.Callback) {
	t.Helper()
	a, err := p.Authorize(&auth.AuthorizationRequest{RedirectURI: redirectURI})
	require.NoError(t, err)
	return a, s.decide(t, a, browser.Allow)
}

// decide plays the person.
func (s *realServer) decide(t *testing.T, a *auth.Authorization, decision string) *auth.Callback {
	t.Helper()
	back, err := s.browser.Visit(t.Context(), a.URL, decision)
	require.NoError(t, err)
	require.NotNil(t, back)
	require.Equal(t, redirectURI, (&url.URL{Scheme: back.Scheme, Host: back.Host, Path: back.Path}).String())
	cb, err := auth.ParseCallback(back.RawQuery)
	require.NoError(t, err)
	return cb
}

// connect plays a whole authorization.
func (s *realServer) connect(t *testing.T, p *auth.Provider) *auth.Token {
	t.Helper()
	a, cb := s.begin(t, p)
	token, err := p.Exchange(t.Context(), a, cb)
	require.NoError(t, err)
	return token
}

// call asks the API with a token, and returns the status.
func (s *realServer) call(t *testing.T, token *auth.Token) int {
	t.Helper()
	hosts, faults := auth.CompileHosts([]string{strings.TrimPrefix(s.issuer, "https://")}, nil)
	require.Empty(t, faults)
	transport := auth.NewTransport(&auth.TransportOptions{
		Scheme: &auth.Scheme{ID: "it", Type: auth.OAuth2Code}, Hosts: hosts, AllowPrivate: true, RootCAs: s.roots, Attempts: 1,
		Source: auth.StaticSource(&auth.Credentials{Values: map[string]auth.Secret{auth.ValueToken: token.AccessToken}}),
	})
	defer transport.CloseIdleConnections()
	resp, err := transport.Client().Get(s.api)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

// active asks the server itself whether an access token is live (RFC 7662).
func (s *realServer) active(t *testing.T, token *auth.Token) bool {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	form := url.Values{"token": {token.AccessToken.Reveal()}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.inspect, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(webID), url.QueryEscape(secret))
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var answer struct {
		Active bool `json:"active"`
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
	return answer.Active
}

// failure returns the *TokenError in err.
func failure(t *testing.T, err error) *auth.TokenError {
	t.Helper()
	failed, ok := errors.AsType[*auth.TokenError](err)
	require.True(t, ok, "%T: %v", err, err)
	require.NotContains(t, err.Error(), secret)
	return failed
}
