package auth_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

func TestParseCallback(t *testing.T) {
	t.Parallel()
	cb, err := auth.ParseCallback("?code=4%2Fx+y&state=s%3D&iss=https%3A%2F%2Fa.example.com&session_state=1")
	require.NoError(t, err)
	assert.Equal(t, "4/x y", cb.Code.Reveal())
	assert.Equal(t, "s=", cb.State)
	assert.Equal(t, "https://a.example.com", cb.Issuer)
	assert.Empty(t, cb.Error)

	cb, err = auth.ParseCallback("error=access_denied&error_description=The+person%0Asaid+no&state=s")
	require.NoError(t, err)
	assert.Equal(t, "access_denied", cb.Error)
	assert.Equal(t, "The person said no", cb.Description)
	assert.True(t, cb.Code.IsZero())

	for name, query := range map[string]string{
		"empty":             "",
		"no state":          "code=x",
		"empty state":       "code=x&state=",
		"neither":           "state=s",
		"both":              "state=s&code=x&error=y",
		"code twice":        "state=s&code=x&code=y",
		"state twice":       "state=s&code=x&state=s",
		"error twice":       "state=s&error=x&error=y",
		"iss twice":         "state=s&code=x&iss=a&iss=a",
		"other twice":       "state=s&code=x&foo=1&foo=1",
		"twice by escape":   "state=s&code=x&c%6Fde=y",
		"semicolon":         "state=s&code=x;error=y",
		"broken escape":     "state=s&code=%zz",
		"code with newline": "state=s&code=a%0Ab",
		"code not ASCII":    "state=s&code=%C3%A9",
		"too long":          "state=s&code=" + strings.Repeat("x", auth.MaxCallbackBytes),
		"too many":          "state=s&code=x" + strings.Repeat("&", 64),
	} {
		_, err := auth.ParseCallback(query)
		require.ErrorIs(t, err, auth.ErrBadCallback, name)
		require.ErrorIs(t, err, fs.ErrInvalid, name)
		assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome, name)
	}
}

func TestC3_ACallbackAnswersItsOwnAuthorization(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	now := epoch
	c := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: s.HTTPClient(), Now: func() time.Time { return now }})
	scheme := s.Scheme(auth.OAuth2Code)
	p := provider(t, c, scheme, s.App())
	a, cb := begin(t, s, p)
	_, other := begin(t, s, p)
	ctx := t.Context()

	change := func(edit func(a *auth.Authorization, cb *auth.Callback)) error {
		a, cb := *a, *cb
		edit(&a, &cb)
		_, err := p.Exchange(ctx, &a, &cb)
		return err
	}
	for name, edit := range map[string]func(a *auth.Authorization, cb *auth.Callback){
		"another state":    func(_ *auth.Authorization, cb *auth.Callback) { cb.State = other.State },
		"state cut":        func(_ *auth.Authorization, cb *auth.Callback) { cb.State = cb.State[1:] },
		"both empty":       func(a *auth.Authorization, cb *auth.Callback) { a.State, cb.State = "", "" },
		"another issuer":   func(_ *auth.Authorization, cb *auth.Callback) { cb.Issuer += "/" },
		"issuer missing":   func(a *auth.Authorization, cb *auth.Callback) { cb.Issuer, a.IssuerRequired = "", true },
		"issuer not known": func(a *auth.Authorization, cb *auth.Callback) { a.Issuer, a.IssuerRequired = "", true },
		"another app":      func(a *auth.Authorization, _ *auth.Callback) { a.ClientID = "other" },
		"another server":   func(a *auth.Authorization, _ *auth.Callback) { a.TokenURL = "https://b.example.com/token" },
		"no code":          func(_ *auth.Authorization, cb *auth.Callback) { cb.Code = auth.Secret{} },
		"an error for another state": func(_ *auth.Authorization, cb *auth.Callback) {
			cb.Code, cb.Error, cb.State = auth.Secret{}, "access_denied", "x"
		},
	} {
		err := change(edit)
		require.ErrorIs(t, err, auth.ErrBadCallback, name)
		assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome, name)
	}
	now = a.Expires
	require.ErrorIs(t, change(func(*auth.Authorization, *auth.Callback) {}), auth.ErrExpired)
	now = epoch
	_, err := p.Exchange(ctx, nil, cb)
	require.ErrorIs(t, err, auth.ErrBadCallback)
	_, err = p.Exchange(ctx, a, nil)
	require.ErrorIs(t, err, auth.ErrBadCallback)
	assert.Zero(t, s.Count(""), "nothing was sent")

	require.NoError(t, change(func(_ *auth.Authorization, cb *auth.Callback) { cb.Issuer = "" }), "it was not promised")
	err = change(func(*auth.Authorization, *auth.Callback) {})
	require.ErrorIs(t, err, auth.ErrInvalidGrant, "a code is for one use")
}

func TestCallbackErrorsAreTyped(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	for code, want := range map[string]error{
		"access_denied": auth.ErrAccessDenied, "temporarily_unavailable": auth.ErrTransient, "unauthorized_client": auth.ErrInvalidClient,
		"login_required": auth.ErrInvalidGrant, "invalid_scope": nil,
	} {
		a, err := p.Authorize(&auth.AuthorizationRequest{RedirectURI: redirectURI})
		require.NoError(t, err)
		query, err := s.Deny(a.URL, code)
		require.NoError(t, err)
		cb, err := auth.ParseCallback(query)
		require.NoError(t, err)
		_, err = p.Exchange(t.Context(), a, cb)
		failed := failure(t, err)
		assert.Equal(t, code, failed.Code)
		assert.Equal(t, "Refused: "+code, failed.Description)
		assert.Equal(t, auth.OutcomeRefused, failed.Outcome)
		assert.True(t, want == nil && failed.Err == nil || errors.Is(err, want), code)
	}
	assert.Zero(t, s.Count(""))
}

func TestStolenCodesAreWorthNothing(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{RequirePKCE: true})
	p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
	_, stolen := begin(t, s, p)
	mine, cb := begin(t, s, p)
	cb.Code = stolen.Code // injected into another session: its verifier does not fit
	_, err := p.Exchange(t.Context(), mine, cb)
	require.ErrorIs(t, err, auth.ErrInvalidGrant)
}
