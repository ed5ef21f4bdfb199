package auth_test

import (
	"errors"
	"io/fs"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

func TestCodeFlow(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{RequirePKCE: true, Now: atEpoch})
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	token := connect(t, s, p)
	assert.True(t, s.Live(token.AccessToken.Reveal()))
	assert.False(t, token.RefreshToken.IsZero())
	assert.Equal(t, "Bearer", token.Type)
	assert.Equal(t, []string{"read", "write"}, token.Scopes)
	assert.Equal(t, epoch.Add(time.Hour-auth.DefaultTokenSkew), token.Expiry)
	assert.False(t, token.Expired(token.Expiry.Add(-1)))
	assert.True(t, token.Expired(token.Expiry))

	sent := s.Requests(authtest.Token)
	require.Len(t, sent, 1)
	assert.Equal(t, "basic", sent[0].ClientAuth)
	assert.Equal(t, "authorization_code", sent[0].Form.Get("grant_type"))
	assert.Equal(t, redirectURI, sent[0].Form.Get("redirect_uri"))
	assert.Equal(t, "identity", sent[0].Header.Get("Accept-Encoding"))
	assert.False(t, sent[0].Form.Has("client_id"), "one client authentication, and nothing beside it")
	assert.Empty(t, sent[0].Query)
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	first := connect(t, s, p)
	second, err := p.Refresh(t.Context(), first)
	require.NoError(t, err)
	assert.False(t, second.RefreshToken.Equal(first.RefreshToken))
	assert.Equal(t, first.Scopes, second.Scopes)
	third, err := p.Refresh(t.Context(), second)
	require.NoError(t, err)
	assert.Zero(t, s.Reused())

	_, err = p.Refresh(t.Context(), second) // a spent one: the server revokes the family
	require.ErrorIs(t, err, auth.ErrInvalidGrant)
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.Equal(t, auth.OutcomeRefused, failure(t, err).Outcome)
	assert.Equal(t, 1, s.Reused())
	assert.False(t, s.Live(third.AccessToken.Reveal()))
}

func TestRefreshKeepsWhatTheReplyOmits(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{KeepRefresh: true})
	s.Script(authtest.Token, authtest.Edit(func(reply map[string]any) {
		reply["id_token"], reply["instance"], reply["tenant"] = "first-id", "eu1", "old"
	}), authtest.Edit(func(reply map[string]any) {
		delete(reply, "scope")
		reply["tenant"] = "new"
	}))
	c := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: s.HTTPClient(), Extra: []string{"instance", "tenant"}})
	p := provider(t, c, s.Scheme(auth.OAuth2Code), s.App())
	first := connect(t, s, p)
	second, err := p.Refresh(t.Context(), first)
	require.NoError(t, err)
	assert.False(t, second.AccessToken.Equal(first.AccessToken))
	assert.True(t, second.RefreshToken.Equal(first.RefreshToken))
	assert.Equal(t, "first-id", second.IDToken.Reveal())
	assert.Equal(t, first.Scopes, second.Scopes)
	assert.Equal(t, map[string]string{"instance": "eu1", "tenant": "new"}, second.Extra)
	assert.Equal(t, map[string]string{"instance": "eu1", "tenant": "old"}, first.Extra, "the old one is not changed")
	assert.False(t, s.Requests(authtest.Token)[1].Form.Has("scope"))
}

func TestRefreshTakesChangedScopes(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	first := connect(t, s, p)
	s.Script(authtest.Token, authtest.Edit(func(reply map[string]any) { reply["scope"] = "read" }))
	second, err := p.Refresh(t.Context(), first)
	require.NoError(t, err)
	assert.Equal(t, []string{"read"}, second.Scopes)
}

func TestRefreshWithoutRefreshToken(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{NoRefresh: true})
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	token := connect(t, s, p)
	s.Forget()
	for _, old := range []*auth.Token{token, nil} {
		_, err := p.Refresh(t.Context(), old)
		require.ErrorIs(t, err, auth.ErrNoRefreshToken)
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome)
	}
	assert.Zero(t, s.Count(""))
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{ClientAuth: []string{"post"}})
	p := provider(t, inMemory(s), s.Scheme(auth.ClientCredentials), s.App())
	token, err := p.ClientCredentials(t.Context(), nil)
	require.NoError(t, err)
	assert.True(t, token.RefreshToken.IsZero())
	assert.Equal(t, "read write", s.Requests(authtest.Token)[0].Form.Get("scope"))
	assert.Equal(t, "post", s.Requests(authtest.Token)[0].ClientAuth)

	token, err = p.ClientCredentials(t.Context(), []string{"admin"})
	require.NoError(t, err)
	assert.Equal(t, []string{"admin"}, token.Scopes)
	token, err = p.ClientCredentials(t.Context(), []string{})
	require.NoError(t, err)
	assert.Empty(t, token.Scopes)
	assert.False(t, s.Requests(authtest.Token)[2].Form.Has("scope"))

	_, err = p.ClientCredentials(t.Context(), []string{"a b"})
	require.ErrorIs(t, err, fs.ErrInvalid)
	assert.Equal(t, 3, s.Count(authtest.Token))
}

func TestGrantsOfAnotherTypeAreRefused(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	c := inMemory(s)
	code := provider(t, c, s.Scheme(auth.OAuth2Code), s.App())
	app := provider(t, c, s.Scheme(auth.ClientCredentials), s.App())
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"client credentials": func() error { _, err := code.ClientCredentials(ctx, nil); return err },
		"device":             func() error { _, err := code.AuthorizeDevice(ctx, nil); return err },
		"poll":               func() error { _, err := code.PollDevice(ctx, &auth.DeviceAuthorization{}); return err },
		"JWT bearer":         func() error { _, err := code.JWTBearer(ctx, nil, nil); return err },
		"authorize":          func() error { _, err := app.Authorize(nil); return err },
		"exchange":           func() error { _, err := app.Exchange(ctx, nil, nil); return err },
	} {
		err := call()
		require.ErrorIs(t, err, errors.ErrUnsupported, name)
		assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome, name)
	}
	assert.Zero(t, s.Count(""))
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	token := connect(t, s, p)
	s.Forget()
	require.NoError(t, p.Revoke(t.Context(), token))
	assert.False(t, s.Live(token.AccessToken.Reveal()), "the family goes")
	want := url.Values{"token": {token.RefreshToken.Reveal()}, "token_type_hint": {"refresh_token"}}
	assert.Equal(t, want, s.Requests(authtest.Revoke)[0].Form)
	require.NoError(t, p.Revoke(t.Context(), token), "an unknown token counts as revoked")

	token.RefreshToken = auth.Secret{}
	require.NoError(t, p.Revoke(t.Context(), token))
	assert.Equal(t, "access_token", s.Requests(authtest.Revoke)[2].Form.Get("token_type_hint"))
	s.Forget()
	require.NoError(t, p.Revoke(t.Context(), &auth.Token{}))
	require.NoError(t, p.Revoke(t.Context(), nil))
	assert.Zero(t, s.Count(""))
}

func TestRevokeFails(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	scheme := s.Scheme(auth.OAuth2Code)
	p := provider(t, inMemory(s), scheme, s.App())
	token := connect(t, s, p)
	s.Script(authtest.Revoke,
		authtest.Refuse(503, "", ""), authtest.Refuse(400, "unsupported_token_type", "no"), authtest.DropBefore())
	err := p.Revoke(t.Context(), token)
	require.ErrorIs(t, err, auth.ErrTransient)
	assert.Equal(t, "unsupported_token_type", failure(t, p.Revoke(t.Context(), token)).Code)
	require.ErrorIs(t, p.Revoke(t.Context(), token), auth.ErrTransient)

	scheme.RevokeURL = ""
	p = provider(t, inMemory(s), scheme, s.App())
	require.ErrorIs(t, p.Revoke(t.Context(), token), errors.ErrUnsupported)
}
