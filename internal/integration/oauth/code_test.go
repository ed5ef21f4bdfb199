package oauth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/integration/browser"
)

func TestC12_DiscoveryNeedsTheIssuerItsCertificateAndLeave(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		meta, err := s.client().Discover(t.Context(), s.issuer)
		require.NoError(t, err)
		assert.Equal(t, s.issuer, meta.Issuer)
		assert.True(t, strings.HasPrefix(meta.AuthorizationEndpoint, s.issuer+"/authorize"))
		assert.NotEmpty(t, meta.TokenEndpoint)
		assert.NotEmpty(t, meta.RevocationEndpoint)
		assert.Equal(t, []string{"S256"}, meta.CodeChallengeMethods)
		assert.Equal(t, s.names, meta.IssuerInResponse)

		_, err = s.client().Discover(t.Context(), s.issuer+"/")
		require.ErrorContains(t, err, "another issuer")
		_, err = auth.NewTokenClient(&auth.TokenOptions{AllowPrivate: true}).Discover(t.Context(), s.issuer)
		require.ErrorContains(t, err, "certificate is not accepted")
		_, err = auth.NewTokenClient(&auth.TokenOptions{RootCAs: s.roots}).Discover(t.Context(), s.issuer)
		require.ErrorContains(t, err, "loopback")
		assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome)
	})
}

// A confidential app, a public one, and one that proves itself by a key.
func TestC3_ACodeWithItsVerifierBuysATokenOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		for name, app := range map[string]*auth.App{"secret": webApp(), "public": publicApp(), "key": s.signedApp()} {
			p := s.provider(t, auth.OAuth2Code, app, lasting...)
			a, cb := s.begin(t, p)
			token, err := p.Exchange(t.Context(), a, cb)
			require.NoError(t, err, name)
			assert.Equal(t, "Bearer", token.Type)
			assert.Equal(t, []string{"notes.read", "offline_access"}, token.Scopes)
			assert.False(t, token.RefreshToken.IsZero())
			assert.False(t, token.Expiry.IsZero())
			assert.Equal(t, http.StatusOK, s.call(t, token), name)

			_, err = p.Exchange(t.Context(), a, cb)
			require.ErrorIs(t, err, auth.ErrInvalidGrant, name)
			assert.Equal(t, auth.OutcomeRefused, failure(t, err).Outcome)
		}
	})
}

func TestC3_ACodeIsWorthNothingToWhoDidNotBegin(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.OAuth2Code, webApp(), lasting...)
		for name, change := range map[string]func(a *auth.Authorization) *auth.Provider{
			"another verifier": func(a *auth.Authorization) *auth.Provider {
				a.Verifier = auth.NewSecret(strings.Repeat("v", 43))
				return p
			},
			"no verifier": func(a *auth.Authorization) *auth.Provider { a.Verifier = auth.Secret{}; return p },
			"another redirect URI": func(a *auth.Authorization) *auth.Provider {
				a.RedirectURI = otherURI
				return p
			},
			"another app": func(a *auth.Authorization) *auth.Provider {
				a.ClientID = publicID
				return s.provider(t, auth.OAuth2Code, publicApp(), lasting...)
			},
		} {
			a, cb := s.begin(t, p)
			with := change(a)
			_, err := with.Exchange(t.Context(), a, cb)
			require.Error(t, err, name)
			assert.Equal(t, auth.OutcomeRefused, failure(t, err).Outcome, name)
			assert.Contains(t, []string{"invalid_grant", "invalid_request"}, failure(t, err).Code, name)
		}
		wrong := webApp()
		wrong.ClientSecret = auth.NewSecret("another")
		a, cb := s.begin(t, p)
		_, err := s.provider(t, auth.OAuth2Code, wrong).Exchange(t.Context(), a, cb)
		require.ErrorIs(t, err, auth.ErrInvalidClient)
	})
}

func TestC3_APersonMayRefuse(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.OAuth2Code, webApp(), lasting...)
		a, err := p.Authorize(&auth.AuthorizationRequest{RedirectURI: redirectURI})
		require.NoError(t, err)
		_, err = p.Exchange(t.Context(), a, s.decide(t, a, browser.Deny))
		require.ErrorIs(t, err, auth.ErrAccessDenied)
		assert.Empty(t, s.asked())
	})
}

// What another authorization, another server or nobody in particular answers
// costs no request. Of the two servers one says who it is (RFC 9207).
func TestC3_ACallbackThatAnswersSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.OAuth2Code, webApp(), lasting...)
		a, cb := s.begin(t, p)
		assert.Equal(t, s.names, cb.Issuer == s.issuer)
		for name, change := range map[string]func(*auth.Callback){
			"state":  func(cb *auth.Callback) { cb.State = strings.Repeat("s", len(cb.State)) },
			"issuer": func(cb *auth.Callback) { cb.Issuer = "https://evil.example.com" },
		} {
			other := *cb
			change(&other)
			_, err := p.Exchange(t.Context(), a, &other)
			require.ErrorIs(t, err, auth.ErrBadCallback, name)
		}
		nobody := *cb
		nobody.Issuer = ""
		if s.names {
			_, err := p.Exchange(t.Context(), a, &nobody)
			require.ErrorIs(t, err, auth.ErrBadCallback)
		}
		assert.Empty(t, s.asked())
		_, err := p.Exchange(t.Context(), a, cb)
		require.NoError(t, err)
	})
}
