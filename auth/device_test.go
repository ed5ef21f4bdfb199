package auth_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// deviceFlow runs do with a public client in a bubble, where time is free.
func deviceFlow(t *testing.T, o *authtest.ServerOptions, do func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if o == nil {
			o = &authtest.ServerOptions{}
		}
		o.ClientSecret = "-"
		s := authtest.NewServer(o)
		p := provider(t, auth.NewTokenClient(&auth.TokenOptions{HTTPClient: s.HTTPClient()}), s.Scheme(auth.Device), s.App())
		d, err := p.AuthorizeDevice(t.Context(), nil)
		require.NoError(t, err)
		do(t, s, p, d)
	})
}

func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	deviceFlow(t, nil, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		start := time.Now()
		assert.Equal(t, s.URL+"/activate", d.VerificationURI)
		assert.Contains(t, d.VerificationURIComplete, d.UserCode)
		assert.Equal(t, 5*time.Second, d.Interval)
		assert.Equal(t, start.Add(10*time.Minute), d.Expires)
		assert.Equal(t, "read write", s.Requests(authtest.Device)[0].Form.Get("scope"))
		assert.Equal(t, "client-id", s.Requests(authtest.Device)[0].Form.Get("client_id"))
		time.AfterFunc(12*time.Second, func() { assert.NoError(t, s.ApproveDevice(d.UserCode)) })
		token, err := p.WaitDevice(t.Context(), d)
		require.NoError(t, err)
		assert.True(t, s.Live(token.AccessToken.Reveal()))
		assert.Equal(t, []string{"read", "write"}, token.Scopes)
		assert.Equal(t, 15*time.Second, time.Since(start))
		assert.Equal(t, 3, s.Count(authtest.Token), "never sooner than asked")
	})
}

func TestDeviceIsToldToSlowDown(t *testing.T) {
	t.Parallel()
	deviceFlow(t, nil, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		start := time.Now()
		s.Script(authtest.Token, authtest.Refuse(400, "slow_down", ""), authtest.Refuse(400, "slow_down", ""))
		require.NoError(t, s.ApproveDevice(d.UserCode))
		_, err := p.WaitDevice(t.Context(), d)
		require.NoError(t, err)
		assert.Equal(t, 15*time.Second, d.Interval)
		assert.Equal(t, 30*time.Second, time.Since(start), "5, then 10, then 15")
	})
}

func TestDevicePollsLessOftenInTrouble(t *testing.T) {
	t.Parallel()
	deviceFlow(t, nil, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		start := time.Now()
		s.Script(authtest.Token, authtest.DropBefore(), authtest.Refuse(503, "", ""),
			authtest.Reply(429, http.Header{"Retry-After": {"120"}}, ""))
		require.NoError(t, s.ApproveDevice(d.UserCode))
		_, err := p.WaitDevice(t.Context(), d)
		require.NoError(t, err)
		assert.Equal(t, (5+10+20+120)*time.Second, time.Since(start))
		assert.Equal(t, 40*time.Second, d.Interval)
	})
}

func TestDeviceExpires(t *testing.T) {
	t.Parallel()
	deviceFlow(t, nil, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		start := time.Now()
		d.Interval = 7 * time.Minute // the bound is five; the next poll would be too late
		d.NextPoll = start.Add(9*time.Minute + 59*time.Second)
		_, err := p.WaitDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrExpired)
		assert.Equal(t, 10*time.Minute, time.Since(start))
		assert.Equal(t, 1, s.Count(authtest.Token))
		assert.Equal(t, auth.MaxDeviceInterval, d.Interval)
		_, err = p.PollDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrExpired)
		assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome)
	})
	deviceFlow(t, &authtest.ServerOptions{DeviceTTL: time.Minute}, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		d.Expires = d.Expires.Add(time.Hour) // the server knows better
		_, err := p.WaitDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrExpired)
		assert.Equal(t, "expired_token", failure(t, err).Code)
	})
}

func TestDeviceIsDenied(t *testing.T) {
	t.Parallel()
	deviceFlow(t, nil, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		require.NoError(t, s.DenyDevice(d.UserCode))
		_, err := p.WaitDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrAccessDenied)
	})
}

func TestDeviceWaitIsCancelled(t *testing.T) {
	t.Parallel()
	deviceFlow(t, nil, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		_, err := p.WaitDevice(ctx, d)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 1, s.Count(authtest.Token))
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		d.NextPoll = time.Now()
		_, err = p.WaitDevice(cancelled, d)
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestDevicePollIsNotSentTooEarly(t *testing.T) {
	t.Parallel()
	deviceFlow(t, nil, func(t *testing.T, s *authtest.Server, p *auth.Provider, d *auth.DeviceAuthorization) {
		stored, err := d.Encode()
		require.NoError(t, err)
		time.Sleep(4 * time.Second) // of the bubble
		_, err = p.PollDevice(t.Context(), d)
		require.ErrorIs(t, err, auth.ErrAuthorizationPending)
		assert.Zero(t, s.Count(authtest.Token))
		time.Sleep(time.Second)
		again, err := auth.DecodeDeviceAuthorization(stored) // another process, by the same data
		require.NoError(t, err)
		_, err = p.PollDevice(t.Context(), again)
		require.ErrorIs(t, err, auth.ErrAuthorizationPending)
		assert.Equal(t, 1, s.Count(authtest.Token))
		assert.Equal(t, time.Now().Add(5*time.Second).UTC(), again.NextPoll.UTC())

		for _, edit := range []func(d *auth.DeviceAuthorization){
			func(d *auth.DeviceAuthorization) { d.DeviceCode = auth.Secret{} },
			func(d *auth.DeviceAuthorization) { d.ClientID = "other" },
			func(d *auth.DeviceAuthorization) { d.TokenURL = "https://b.example.com/token" },
		} {
			bad := *d
			edit(&bad)
			_, err = p.PollDevice(t.Context(), &bad)
			require.ErrorIs(t, err, auth.ErrBadReply)
		}
		_, err = p.PollDevice(t.Context(), nil)
		require.ErrorIs(t, err, auth.ErrBadReply)
		assert.Equal(t, 1, s.Count(authtest.Token))
	})
}

func TestOddDeviceReplies(t *testing.T) {
	t.Parallel()
	const start = `"device_code":"dc","user_code":"UC","verification_uri":"https://login.example.com/activate"`
	for name, c := range map[string]struct {
		reply    string
		interval time.Duration
		ttl      time.Duration
		fails    error
	}{
		"plain":            {`{` + start + `,"expires_in":60,"interval":7}`, 7 * time.Second, time.Minute, nil},
		"strings":          {`{` + start + `,"expires_in":"60","interval":"7"}`, 7 * time.Second, time.Minute, nil},
		"nothing stated":   {`{` + start + `}`, 5 * time.Second, 10 * time.Minute, nil},
		"nonsense":         {`{` + start + `,"expires_in":-1,"interval":0}`, 5 * time.Second, 10 * time.Minute, nil},
		"extremes":         {`{` + start + `,"expires_in":31536000,"interval":86400}`, auth.MaxDeviceInterval, auth.MaxDeviceTTL, nil},
		"impatient":        {`{` + start + `,"interval":0.01}`, time.Second, 10 * time.Minute, nil},
		"old name":         {`{"device_code":"dc","user_code":"U C","verification_url":"https://login.example.com/a"}`, 5 * time.Second, 10 * time.Minute, nil},
		"no device code":   {`{"user_code":"UC","verification_uri":"https://a.example.com/"}`, 0, 0, auth.ErrBadReply},
		"odd device code":  {`{"device_code":{},"user_code":"UC","verification_uri":"https://a.example.com/"}`, 0, 0, auth.ErrBadReply},
		"no user code":     {`{"device_code":"dc","verification_uri":"https://a.example.com/"}`, 0, 0, auth.ErrBadReply},
		"odd user code":    {`{"device_code":"dc","user_code":"a\u0007","verification_uri":"https://a.example.com/"}`, 0, 0, auth.ErrBadReply},
		"no page":          {`{"device_code":"dc","user_code":"UC"}`, 0, 0, auth.ErrBadReply},
		"script page":      {`{"device_code":"dc","user_code":"UC","verification_uri":"javascript:alert(1)"}`, 0, 0, auth.ErrBadReply},
		"page inside":      {`{` + start + `,"verification_uri_complete":"https://169.254.169.254/"}`, 0, 0, auth.ErrBadReply},
		"error":            {`{"error":"invalid_scope"}`, 0, 0, nil},
		"HTML":             {`<html>`, 0, 0, auth.ErrBadReply},
		"temporarily down": {`{"error":"temporarily_unavailable"}`, 0, 0, auth.ErrTransient},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := authtest.NewServer(nil)
			s.Script(authtest.Device, authtest.Reply(200, of("application/json"), c.reply))
			p := provider(t, inMemory(s), s.Scheme(auth.Device), s.App())
			d, err := p.AuthorizeDevice(t.Context(), []string{"x"})
			if c.interval == 0 {
				require.Error(t, err)
				assert.True(t, c.fails == nil || errors.Is(err, c.fails), "%v", err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.interval, d.Interval)
			assert.Equal(t, epoch.Add(c.ttl), d.Expires)
			assert.Equal(t, epoch.Add(c.interval), d.NextPoll)
			assert.Equal(t, []string{"x"}, d.Scopes)
		})
	}
	s := authtest.NewServer(nil)
	p := provider(t, inMemory(s), s.Scheme(auth.Device), s.App())
	_, err := p.AuthorizeDevice(t.Context(), []string{""})
	require.ErrorContains(t, err, "scopes/0: is empty")
	s.Script(authtest.Device, authtest.DropBefore())
	_, err = p.AuthorizeDevice(t.Context(), nil)
	require.ErrorIs(t, err, auth.ErrTransient)
}
