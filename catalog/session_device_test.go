package catalog_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC3_DeviceIsAskedWhenItIsDueAndOnce(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a, err := f.mine().Begin(t.Context(), "crm", "device", &catalog.ConnectionRequest{Name: "tv"})
	require.NoError(t, err)
	poll := func() error {
		_, err := f.mine().Poll(t.Context(), a.ID)
		return err
	}
	for range 3 {
		require.ErrorIs(t, poll(), auth.ErrAuthorizationPending)
	}
	assert.Zero(t, f.server.Count(authtest.Token), "too early to ask")
	f.pass(a.Device.Interval)
	for range 3 {
		require.ErrorIs(t, poll(), auth.ErrAuthorizationPending)
	}
	assert.Equal(t, 1, f.server.Count(authtest.Token))
	f.server.Script(authtest.Token, authtest.Refuse(400, "slow_down", ""))
	f.pass(a.Device.Interval)
	require.ErrorIs(t, poll(), auth.ErrAuthorizationPending)
	require.NoError(t, f.server.ApproveDevice(a.Device.UserCode))
	f.pass(a.Device.Interval)
	require.ErrorIs(t, poll(), auth.ErrAuthorizationPending)
	assert.Equal(t, 2, f.server.Count(authtest.Token), "it has asked for more time: RFC 8628 section 3.5")
	f.pass(5 * time.Second)
	require.NoError(t, poll())
	require.ErrorIs(t, poll(), catalog.ErrUsed)
	assert.Equal(t, 3, f.server.Count(authtest.Token))
	assert.Empty(t, f.keys(t, "session/"))
}

func TestC3_DeviceSessionsEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		what func(t *testing.T, f *oauth, a *catalog.Authorization)
		want error
		then error // of the next poll
	}{
		"denied": {func(t *testing.T, f *oauth, a *catalog.Authorization) {
			t.Helper()
			require.NoError(t, f.server.DenyDevice(a.Device.UserCode))
		}, auth.ErrAccessDenied, catalog.ErrUsed},
		"expired here": {func(_ *testing.T, f *oauth, a *catalog.Authorization) { f.pass(a.Expires.Sub(f.time())) }, auth.ErrExpired, auth.ErrExpired},
		"expired there": {func(_ *testing.T, f *oauth, _ *catalog.Authorization) {
			f.server.Script(authtest.Token, authtest.Refuse(400, "expired_token", ""))
		}, auth.ErrExpired, catalog.ErrUsed},
		"unknown there": {func(_ *testing.T, f *oauth, _ *catalog.Authorization) {
			f.server.Script(authtest.Token, authtest.Refuse(400, "invalid_grant", ""))
		}, auth.ErrInvalidGrant, catalog.ErrUsed},
		"a server in trouble": {func(_ *testing.T, f *oauth, _ *catalog.Authorization) {
			f.server.Script(authtest.Token, authtest.Refuse(503, "temporarily_unavailable", ""))
		}, auth.ErrTransient, auth.ErrAuthorizationPending},
		"an app that is gone": {func(t *testing.T, f *oauth, _ *catalog.Authorization) {
			t.Helper()
			require.NoError(t, f.admin.DeleteApp(t.Context(), "", "crm", "device", f.apps(t)["device"].Revision))
		}, catalog.ErrConflict, catalog.ErrUsed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			a, err := f.mine().Begin(t.Context(), "crm", "device", &catalog.ConnectionRequest{Name: "tv"})
			require.NoError(t, err)
			f.pass(a.Device.Interval)
			tt.what(t, f, a)
			_, err = f.mine().Poll(t.Context(), a.ID)
			require.ErrorIs(t, err, tt.want)
			_, err = f.mine().Poll(t.Context(), a.ID)
			require.ErrorIs(t, err, tt.then)
			assert.Empty(t, f.keys(t, "conn"))
		})
	}
}

func TestC3_OfManyPollsAtOnceOneAsks(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	other := f.another(t)
	a := f.device(t, "crm", &catalog.ConnectionRequest{Name: "tv"})
	var all sync.WaitGroup
	outcomes := make(chan error, 20)
	for i := range 20 {
		conns := f.mine()
		if i%2 == 0 {
			conns = other.For(viewerP).Connections()
		}
		all.Go(func() {
			_, err := conns.Poll(t.Context(), a.ID)
			outcomes <- err
		})
	}
	all.Wait()
	close(outcomes)
	won := 0
	for err := range outcomes {
		switch {
		case err == nil:
			won++
		case !assert.True(t, isAny(err, auth.ErrAuthorizationPending, catalog.ErrUsed), "%v", err):
		}
	}
	assert.Equal(t, 1, won)
	assert.Equal(t, 1, f.server.Count(authtest.Token))
}

// A provider that takes longer than the interval is not asked by the next poll meanwhile: the code is
// for one use, and both would lose.
func TestC3_ASlowAnswerIsWaitedFor(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a := f.device(t, "crm", &catalog.ConnectionRequest{Name: "tv"})
	ready := make(chan struct{})
	f.server.Script(authtest.Token, authtest.Hold(ready))
	first := make(chan error, 1)
	go func() {
		_, err := f.mine().Poll(t.Context(), a.ID)
		first <- err
	}()
	require.Eventually(t, func() bool { return f.server.Count(authtest.Token) == 1 }, patience, tick)
	f.pass(2 * a.Device.Interval)
	_, err := f.mine().Poll(t.Context(), a.ID)
	require.ErrorIs(t, err, auth.ErrAuthorizationPending)
	close(ready)
	require.NoError(t, <-first)
	assert.Equal(t, 1, f.server.Count(authtest.Token))
	assert.Zero(t, f.server.Count(authtest.Revoke))
}

// Who goes away while the provider thinks loses no authorization.
func TestC3_APollThatIsGivenUpCanBeRepeated(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a := f.device(t, "crm", &catalog.ConnectionRequest{Name: "tv"})
	f.server.Script(authtest.Token, authtest.Hang())
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := f.mine().Poll(ctx, a.ID)
		first <- err
	}()
	require.Eventually(t, func() bool { return f.server.Count(authtest.Token) == 1 }, patience, tick)
	cancel()
	require.ErrorIs(t, <-first, context.Canceled)
	f.pass(time.Minute)
	_, err := f.mine().Poll(t.Context(), a.ID)
	require.NoError(t, err)
}

func TestC3_DeviceAndBrowserAreNotMixedUp(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a, back := f.begin(t, viewerP, "mine")
	d := f.device(t, "crm", &catalog.ConnectionRequest{Name: "tv"})
	_, err := f.mine().Poll(t.Context(), a.ID)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	_, err = f.mine().Complete(t.Context(), d.ID, back, auth.Secret{})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	assert.Zero(t, f.server.Count(authtest.Token))
	_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	_, err = f.mine().Poll(t.Context(), d.ID)
	require.NoError(t, err)
}
