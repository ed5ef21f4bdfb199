package oauth_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
)

func TestC9_RefreshTokensRotateAndNoneComesTwice(t *testing.T) {
	t.Parallel()
	const rounds = 5
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.OAuth2Code, webApp(), lasting...)
		first := s.connect(t, p)
		token := first
		for range rounds {
			next, err := p.Refresh(t.Context(), token)
			require.NoError(t, err)
			assert.False(t, next.RefreshToken.Equal(token.RefreshToken), "it rotates")
			assert.False(t, next.AccessToken.Equal(token.AccessToken))
			assert.Equal(t, token.Scopes, next.Scopes)
			assert.Equal(t, http.StatusUnauthorized, s.call(t, token), "the old access token has gone with its refresh token")
			assert.Equal(t, http.StatusOK, s.call(t, next))
			token = next
		}
		assert.Equal(t, rounds, s.asked()[grantRefresh])
		assert.Zero(t, s.reuses())

		// The server would have noticed: one that comes back ends all of them.
		_, err := p.Refresh(t.Context(), first)
		require.ErrorIs(t, err, auth.ErrInvalidGrant)
		assert.Equal(t, auth.OutcomeRefused, failure(t, err).Outcome)
		assert.Equal(t, 1, s.reuses())
		assert.Equal(t, http.StatusUnauthorized, s.call(t, token))
		_, err = p.Refresh(t.Context(), token)
		require.ErrorIs(t, err, auth.ErrInvalidGrant)
	})
}

// drop lets the server do its work and loses the answer.
func drop(w http.ResponseWriter, r *http.Request, h http.Handler) {
	h.ServeHTTP(deaf{}, r)
	panic(http.ErrAbortHandler)
}

// deaf is an answer that nobody hears.
type deaf struct{}

func (deaf) Header() http.Header         { return http.Header{} }
func (deaf) Write(b []byte) (int, error) { return len(b), nil }
func (deaf) WriteHeader(int)             {}

// A client that tries again, as many HTTP clients do by themselves, would send
// the spent token a second time and lose the connection for good.
func TestC11_ALostAnswerIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.OAuth2Code, webApp(), lasting...)
		token := s.connect(t, p)
		s.faults.add(drop)
		_, err := p.Refresh(t.Context(), token)
		require.ErrorIs(t, err, auth.ErrTransient)
		assert.Equal(t, auth.OutcomeUnknown, failure(t, err).Outcome, "the token may be spent, and is")
		assert.Equal(t, 1, s.asked()[grantRefresh])
		assert.Zero(t, s.reuses())

		_, err = p.Refresh(t.Context(), token)
		require.ErrorIs(t, err, auth.ErrInvalidGrant)
		assert.Equal(t, 1, s.reuses())
	})
}

// What did not reach the server can be sent again, by whoever looks at the
// outcome.
func TestC11_AGatewayInTroubleCostsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.OAuth2Code, webApp(), lasting...)
		token := s.connect(t, p)
		s.faults.add(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			http.Redirect(w, r, s.issuer+r.URL.Path, http.StatusTemporaryRedirect)
		})
		_, err := p.Refresh(t.Context(), token)
		require.ErrorIs(t, err, auth.ErrRedirected, "not even to itself")
		s.faults.add(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Retry-After", "7")
			http.Error(w, "busy", http.StatusServiceUnavailable)
		})
		_, err = p.Refresh(t.Context(), token)
		require.ErrorIs(t, err, auth.ErrTransient)
		assert.InDelta(t, 7, failure(t, err).RetryAfter.Seconds(), 0)
		assert.Zero(t, s.asked()[grantRefresh], "none of it reached the server")

		_, err = p.Refresh(t.Context(), token)
		require.NoError(t, err)
		assert.Zero(t, s.reuses())
	})
}

func TestC4_RevocationEndsAllThatCameOfTheGrant(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		p := s.provider(t, auth.OAuth2Code, webApp(), lasting...)
		token := s.connect(t, p)
		require.True(t, s.active(t, token))
		require.NoError(t, p.Revoke(t.Context(), token))
		assert.False(t, s.active(t, token))
		assert.Equal(t, http.StatusUnauthorized, s.call(t, token))
		_, err := p.Refresh(t.Context(), token)
		require.ErrorIs(t, err, auth.ErrInvalidGrant)

		require.NoError(t, p.Revoke(t.Context(), token), "what is revoked stays so")
		require.NoError(t, p.Revoke(t.Context(), &auth.Token{RefreshToken: auth.NewSecret("unknown")}))

		// An access token alone, of an app that has no other.
		self := s.provider(t, auth.ClientCredentials, webApp(), "notes.read")
		token, err = self.ClientCredentials(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, s.call(t, token))
		require.NoError(t, self.Revoke(t.Context(), token))
		assert.Equal(t, http.StatusUnauthorized, s.call(t, token))

		wrong := webApp()
		wrong.ClientSecret = auth.NewSecret("another")
		err = s.provider(t, auth.OAuth2Code, wrong).Revoke(t.Context(), s.connect(t, p))
		require.ErrorIs(t, err, auth.ErrInvalidClient)
	})
}
