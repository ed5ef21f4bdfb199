package auth_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

func TestDiscover(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	m, err := inMemory(s).Discover(t.Context(), s.URL)
	require.NoError(t, err)
	assert.Equal(t, s.URL+"/token", m.TokenEndpoint)
	assert.True(t, m.IssuerInResponse)
	assert.Equal(t, "/.well-known/oauth-authorization-server", s.Requests("")[0].Path)
	assert.Equal(t, "GET", s.Requests("")[0].Method)
	assert.Empty(t, s.Requests("")[0].ClientAuth)

	// What is found fills what a scheme leaves empty.
	for _, typ := range []auth.Type{auth.OAuth2Code, auth.Device, auth.ClientCredentials} {
		p, err := inMemory(s).For(&auth.Scheme{ID: "x", Type: typ, Quirks: &auth.Quirks{PKCE: auth.PKCERequired}}, s.App(), m)
		require.NoError(t, err)
		want := s.Scheme(typ)
		got := p.Scheme()
		assert.Equal(t, []string{want.AuthorizeURL, want.TokenURL, want.DeviceURL, want.RevokeURL, want.Issuer},
			[]string{got.AuthorizeURL, got.TokenURL, got.DeviceURL, got.RevokeURL, got.Issuer})
		if typ == auth.OAuth2Code {
			a, cb := begin(t, s, p)
			assert.True(t, a.IssuerRequired)
			cb.Issuer = ""
			_, err = p.Exchange(t.Context(), a, cb)
			require.ErrorIs(t, err, auth.ErrBadCallback)
		}
	}
}

func TestDiscoverLooksInTwoPlaces(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]authtest.Step{
		"404": authtest.Reply(404, nil, ""), "a page": authtest.Reply(200, of("text/html"), "<html>"), "204": authtest.Reply(204, nil, ""),
		"a redirect": authtest.Redirect(302, "https://evil.example.com/"), "401": authtest.Reply(401, nil, ""),
	} {
		s := authtest.NewServer(nil)
		s.URL += "/tenant/"
		served := s.URL
		s.URL = strings.TrimSuffix(strings.TrimSuffix(served, "/"), "/tenant") // where it is reached
		s.Script(authtest.Metadata, first, authtest.Edit(func(reply map[string]any) { reply["issuer"] = served }))
		m, err := inMemory(s).Discover(t.Context(), served)
		require.NoError(t, err, name)
		assert.Equal(t, served, m.Issuer)
		paths := []string{s.Requests("")[0].Path, s.Requests("")[1].Path}
		assert.Equal(t, []string{"/.well-known/oauth-authorization-server/tenant", "/tenant/.well-known/openid-configuration"}, paths)
	}
}

func TestDiscoverBelievesOnlyTheIssuer(t *testing.T) {
	t.Parallel()
	edit := func(name string, value any) authtest.Step {
		return authtest.Edit(func(reply map[string]any) { reply[name] = value })
	}
	for name, c := range map[string]struct {
		step  authtest.Step
		want  error
		tries int
	}{
		"another issuer":   {edit("issuer", "https://evil.example.com"), auth.ErrBadReply, 1},
		"a slash more":     {edit("issuer", "https://login.example.com/"), auth.ErrBadReply, 1},
		"no issuer":        {edit("issuer", nil), auth.ErrBadReply, 1},
		"plain HTTP":       {edit("token_endpoint", "http://login.example.com/token"), auth.ErrBadReply, 1},
		"an inner address": {edit("revocation_endpoint", "https://169.254.169.254/"), auth.ErrBadReply, 1},
		"script":           {edit("authorization_endpoint", "javascript:alert(1)"), auth.ErrBadReply, 1},
		"in trouble":       {authtest.Reply(503, http.Header{"Retry-After": {"9"}}, ""), auth.ErrTransient, 1},
		"dropped":          {authtest.DropBefore(), auth.ErrTransient, 1},
	} {
		s := authtest.NewServer(nil)
		s.Script(authtest.Metadata, c.step)
		_, err := inMemory(s).Discover(t.Context(), s.URL)
		require.ErrorIs(t, err, c.want, name)
		assert.Equal(t, c.tries, s.Count(""), name)
	}
	// Bad twice: the second answer is told.
	for name, body := range map[string]string{
		"wrong kind": `{"issuer":1}`, "doubled": `{"issuer":"a","issuer":"b"}`, "deep": `{"x":` + strings.Repeat("[", 1e5),
		"long": `{"x":"` + strings.Repeat("x", auth.MaxReplyBytes) + `"}`, "array": `[]`,
	} {
		s := authtest.NewServer(nil)
		s.Script(authtest.Metadata, authtest.Reply(200, nil, body), authtest.Reply(200, nil, body))
		_, err := inMemory(s).Discover(t.Context(), s.URL)
		require.ErrorIs(t, err, auth.ErrBadReply, name)
		assert.NotContains(t, err.Error(), "xxx", name)
	}
	for _, issuer := range []string{
		"", "login.example.com", "http://login.example.com", "https://login.example.com?x=1", "https://login.example.com#f",
		"https://127.0.0.1", "https://u:p@login.example.com", "https://login.example.com/?",
	} {
		s := authtest.NewServer(nil)
		_, err := inMemory(s).Discover(t.Context(), issuer)
		require.Error(t, err, issuer)
		assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome, issuer)
		assert.Zero(t, s.Count(""))
	}
}

func TestMetadataThatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	m, err := inMemory(s).Discover(t.Context(), s.URL)
	require.NoError(t, err)
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"token_endpoint":"https://login.example.com/token"`)

	scheme := s.Scheme(auth.OAuth2Code)
	scheme.Issuer = "https://other.example.com"
	scheme.Quirks.PKCE = auth.PKCERequired
	m.CodeChallengeMethods = []string{"plain"}
	_, err = inMemory(s).For(scheme, s.App(), m)
	require.ErrorIs(t, err, fs.ErrInvalid)
	assert.Equal(t, "auth: metadata/issuer: is not the scheme's; "+
		"metadata/code_challenge_methods_supported: does not list S256", err.Error())
	_, err = inMemory(s).For(scheme, s.App(), nil)
	require.NoError(t, err, "without metadata S256 is sent, and that is that")
}
