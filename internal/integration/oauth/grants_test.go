package oauth_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
)

func TestOAuth_ClientCredentialsBySecret(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.ClientCredentials, webApp(), "notes.read")
		token, err := p.ClientCredentials(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"notes.read"}, token.Scopes)
		assert.True(t, token.RefreshToken.IsZero())
		assert.Equal(t, http.StatusOK, s.call(t, token))
		_, err = p.Refresh(t.Context(), token)
		require.ErrorIs(t, err, auth.ErrNoRefreshToken)

		wrong := webApp()
		wrong.ClientSecret = auth.NewSecret("another")
		_, err = s.provider(t, auth.ClientCredentials, wrong).ClientCredentials(t.Context(), nil)
		require.ErrorIs(t, err, auth.ErrInvalidClient)
	})
}

// Only fosite takes a key for this grant. The provider of zitadel/oidc asks for
// a secret, and its refusal is told from a dead grant.
func TestOAuth_ClientCredentialsByKey(t *testing.T) {
	t.Parallel()
	fosite := startFosite(t)
	token, err := fosite.provider(t, auth.PrivateKeyJWT, fosite.signedApp(), "notes.read").ClientCredentials(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, fosite.call(t, token))

	zitadel := startZitadel(t)
	_, err = zitadel.provider(t, auth.PrivateKeyJWT, zitadel.signedApp(), "notes.read").ClientCredentials(t.Context(), nil)
	require.ErrorIs(t, err, auth.ErrInvalidClient)
}

func TestOAuth_JWTBearer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.JWTBearer, s.signedApp(), "notes.read")
		token, err := p.JWTBearer(t.Context(), nil, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"notes.read"}, token.Scopes)
		assert.Equal(t, http.StatusOK, s.call(t, token))

		other := s.signedApp()
		other.Key.PEM, _ = newECKey(t)
		_, err = s.provider(t, auth.JWTBearer, other, "notes.read").JWTBearer(t.Context(), nil, nil)
		require.Error(t, err)
		assert.Equal(t, auth.OutcomeRefused, failure(t, err).Outcome)
	})
}

// The two disagree on who an assertion is for: zitadel wants its issuer
// identifier, fosite its token endpoint.
func TestOAuth_TheAudienceOfAssertionsIsTheProvidersHabit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		if s.audience == "" {
			s.audience = s.issuer
		} else {
			s.audience = ""
		}
		_, err := s.provider(t, auth.JWTBearer, s.signedApp(), "notes.read").JWTBearer(t.Context(), nil, nil)
		require.Error(t, err)
		p := s.provider(t, auth.OAuth2Code, s.signedApp(), lasting...)
		a, cb := s.begin(t, p)
		_, err = p.Exchange(t.Context(), a, cb)
		require.Error(t, err)
	})
}
