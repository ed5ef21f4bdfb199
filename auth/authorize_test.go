package auth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	scheme := s.Scheme(auth.OAuth2Code)
	scheme.AuthorizeURL += "?tenant=a&prompt=none"
	scheme.Scopes = []string{"a", "b"}
	scheme.Quirks = &auth.Quirks{
		ScopeSeparator: ",", ScopeParam: "user_scope", Audience: "api", Resource: []string{"https://a.example.com/", "https://b.example.com/"},
		AuthorizeParams: map[string]string{"access_type": "offline", "prompt": "consent", "ui": "en"},
	}
	p := provider(t, inMemory(s), scheme, s.App())
	a, err := p.Authorize(&auth.AuthorizationRequest{RedirectURI: redirectURI, Params: map[string]string{"ui": "de", "login_hint": "x@y"}})
	require.NoError(t, err)
	q := query(t, a.URL)
	sum := sha256.Sum256([]byte(a.Verifier.Reveal()))
	assert.Equal(t, url.Values{
		"tenant": {"a"}, "prompt": {"none"}, // as the endpoint has it
		"response_type": {"code"}, "client_id": {"client-id"}, "redirect_uri": {redirectURI}, "state": {a.State},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
		"user_scope": {"a,b"}, "audience": {"api"}, "resource": {"https://a.example.com/", "https://b.example.com/"},
		"access_type": {"offline"}, "ui": {"de"}, "login_hint": {"x@y"},
	}, q)
	assert.GreaterOrEqual(t, len(a.State), 26)
	assert.Len(t, a.Verifier.Reveal(), 52)
	for _, secret := range []string{a.Verifier.Reveal(), s.App().ClientSecret.Reveal()} {
		assert.NotContains(t, a.URL, secret)
	}
	assert.Equal(t, epoch.Add(auth.DefaultAuthorizationTTL), a.Expires)
	assert.Equal(t, []string{"a", "b"}, a.Scopes)
	assert.Equal(t, s.URL, a.Issuer)

	b, err := p.Authorize(&auth.AuthorizationRequest{RedirectURI: redirectURI, TTL: 1000 * time.Hour, Scopes: []string{}})
	require.NoError(t, err)
	assert.NotEqual(t, a.State, b.State)
	assert.False(t, a.Verifier.Equal(b.Verifier))
	assert.Equal(t, epoch.Add(auth.MaxAuthorizationTTL), b.Expires)
	assert.False(t, query(t, b.URL).Has("user_scope"))
}

func TestAuthorizeWithoutPKCE(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	scheme := s.Scheme(auth.OAuth2Code)
	scheme.Quirks.PKCE = auth.PKCEOff
	p := provider(t, inMemory(s), scheme, s.App())
	a, cb := begin(t, s, p)
	assert.False(t, query(t, a.URL).Has("code_challenge"))
	assert.True(t, a.Verifier.IsZero())
	_, err := p.Exchange(t.Context(), a, cb)
	require.NoError(t, err)
	assert.False(t, s.Requests(authtest.Token)[0].Form.Has("code_verifier"))
}

func TestAuthorizeFaultsAllAtOnce(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	scheme := s.Scheme(auth.OAuth2Code)
	scheme.Quirks = &auth.Quirks{ScopeParam: "user_scope"}
	p := provider(t, inMemory(s), scheme, s.App())
	_, err := p.Authorize(&auth.AuthorizationRequest{
		RedirectURI: "javascript:alert(1)", Scopes: []string{"a b", "c", "c"},
		Params: map[string]string{"state": "fixed", "user_scope": "admin"},
	})
	require.ErrorIs(t, err, fs.ErrInvalid)
	assert.Equal(t, "auth: redirectURI: must be https, or http on a loopback host; scopes/0: is not a scope token; "+
		"scopes/2: is listed twice; params/state: is a parameter that the protocol sets; params/user_scope: carries the scopes", err.Error())
	_, err = p.Authorize(nil)
	require.ErrorContains(t, err, "redirectURI: is missing")
}

func TestRedirectURIs(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	for raw, good := range map[string]bool{
		"https://app.example.com/cb?x=1": true, "http://127.0.0.1:8080/cb": true, "http://[::1]/cb": true, "http://localhost/cb": true,
		"com.example.app:/cb": true, "com.example.app://cb": true,
		"http://app.example.com/cb": false, "https://": false, "/cb": false, "https://a.example.com/#f": false,
		"https://u:p@a.example.com/": false, "data:text/html,x": false, `https://a.example.com\@b`: false, "https://ä.example.com": false,
		"https://a.example.com/" + strings.Repeat("x", auth.MaxURLBytes): false, "::": false, "http://localhost.evil.example/": false,
	} {
		_, err := p.Authorize(&auth.AuthorizationRequest{RedirectURI: raw})
		assert.Equal(t, good, err == nil, "%s: %v", raw, err)
	}
}

func TestQuirksOfTokenRequests(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{ScopeSeparator: ",", ScopeParam: "user_scope", TokenPath: "authed_user.access_token"})
	scheme := s.Scheme(auth.OAuth2Code)
	scheme.TokenURL += "?api-version=2"
	scheme.Quirks.Body = auth.BodyJSON
	scheme.Quirks.TokenParams = map[string]string{"tenant": "t1"}
	scheme.Quirks.Audience, scheme.Quirks.Resource = "api", []string{"https://a.example.com/", "https://b.example.com/"}
	p := provider(t, inMemory(s), scheme, s.App())
	token := connect(t, s, p)
	assert.Equal(t, []string{"read", "write"}, token.Scopes)
	assert.False(t, token.RefreshToken.IsZero())
	sent := s.Requests(authtest.Token)[0]
	assert.True(t, sent.JSON)
	assert.Equal(t, url.Values{"api-version": {"2"}}, sent.Query)
	assert.Equal(t, "t1", sent.Form.Get("tenant"))
	assert.Equal(t, "api", sent.Form.Get("audience"))
	assert.Equal(t, scheme.Quirks.Resource, sent.Form["resource"])
	// The token at the top is another one, such as the bot's.
	s.Script(authtest.Token, authtest.Reply(200, nil, `{"ok":true,"access_token":"of-the-bot"}`))
	a, cb := begin(t, s, p)
	_, err := p.Exchange(t.Context(), a, cb)
	require.ErrorIs(t, err, auth.ErrBadReply)

	require.NoError(t, p.Revoke(t.Context(), token))
	assert.False(t, s.Requests(authtest.Revoke)[0].JSON, "only token requests are JSON")
	assert.False(t, s.Requests(authtest.Revoke)[0].Form.Has("tenant"))
}
