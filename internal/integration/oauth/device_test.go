package oauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/integration/browser"
	"github.com/patchbay/patchbay/internal/integration/oidcserver"
)

// onDevice begins an authorization on a device. The function makes the next poll
// due, because the server's clock cannot be moved.
func onDevice(t *testing.T, s *realServer, app *auth.App) (*auth.Provider, *auth.DeviceAuthorization, func()) {
	t.Helper()
	p := s.provider(t, auth.Device, app, lasting...)
	d, err := p.AuthorizeDevice(t.Context(), nil)
	require.NoError(t, err)
	return p, d, func() { d.NextPoll = time.Now() }
}

func TestOAuth_Zitadel_DeviceFlow(t *testing.T) {
	t.Parallel()
	s := startZitadel(t)
	for name, app := range map[string]*auth.App{"secret": webApp(), "public": publicApp(), "key": s.signedApp()} {
		p, d, wait := onDevice(t, s, app)
		assert.Equal(t, oidcserver.DefaultPollInterval, d.Interval)
		before := s.asked()[grantDevice]
		_, err := p.PollDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrAuthorizationPending)
		assert.Equal(t, before, s.asked()[grantDevice], "it is not due")
		wait()
		_, err = p.PollDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrAuthorizationPending)
		assert.Equal(t, "authorization_pending", failure(t, err).Code)

		s.zitadel.SlowDown()
		wait()
		_, err = p.PollDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrAuthorizationPending)
		assert.Equal(t, "slow_down", failure(t, err).Code)
		assert.Equal(t, oidcserver.DefaultPollInterval+5*time.Second, d.Interval, "RFC 8628 section 3.5")

		away, err := s.browser.Visit(t.Context(), d.VerificationURIComplete, browser.Allow)
		require.NoError(t, err)
		require.Nil(t, away)
		wait()
		token, err := p.PollDevice(t.Context(), d)
		require.NoError(t, err, name)
		assert.Equal(t, http.StatusOK, s.call(t, token), name)
		next, err := p.Refresh(t.Context(), token)
		require.NoError(t, err, name)
		assert.False(t, next.RefreshToken.Equal(token.RefreshToken))

		wait()
		_, err = p.PollDevice(t.Context(), d)
		require.Error(t, err, "a device code is for one use")
		assert.Equal(t, auth.OutcomeRefused, failure(t, err).Outcome)
	}
	assert.Zero(t, s.reuses())
}

func TestOAuth_Zitadel_APersonMayRefuseADevice(t *testing.T) {
	t.Parallel()
	s := startZitadel(t)
	p, d, wait := onDevice(t, s, publicApp())
	_, err := s.browser.Visit(t.Context(), d.VerificationURIComplete, browser.Deny)
	require.NoError(t, err)
	wait()
	_, err = p.WaitDevice(t.Context(), d)
	require.ErrorIs(t, err, auth.ErrAccessDenied)
}
