package catalog_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func replaceID(err error, id string) string { return strings.ReplaceAll(err.Error(), id, "MISSING") }

// What happens to a connection while its owner authenticates again is not overwritten.
func TestG5_AConnectionThatChangesWhileItAuthenticatesAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		meanwhile func(t *testing.T, f *oauth, id string)
		want      error // nil: it goes on
		state     catalog.ConnectionState
	}{
		"renamed": {func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.mine().Rename(t.Context(), id, "other"))
		}, nil, catalog.ConnectionActive},
		"renewed": {func(t *testing.T, f *oauth, id string) {
			t.Helper()
			f.pass(2 * time.Hour)
			_, err := f.call(t.Context(), f.Catalog, viewerP, id)
			require.NoError(t, err)
			f.pass(-2 * time.Hour)
		}, nil, catalog.ConnectionActive},
		"disabled": {func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.mine().Disable(t.Context(), id, "holiday"))
		}, nil, catalog.ConnectionDisabled},
		"quarantined": {func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.admin.Quarantine(t.Context(), id, "leaked"))
		}, catalog.ErrForbidden, catalog.ConnectionQuarantined},
		"moved": {func(t *testing.T, f *oauth, id string) {
			t.Helper()
			_, err := f.mine().MoveToRelease(t.Context(), id, "")
			require.NoError(t, err)
		}, catalog.ErrConflict, catalog.ConnectionNeedsReauth},
		"authenticated with another secret": {func(t *testing.T, f *oauth, id string) {
			t.Helper()
			a, back := f.agreeAgain(t, id, map[string]any{"pin": "three"})
			_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
			require.NoError(t, err)
		}, catalog.ErrConflict, catalog.ConnectionActive},
		"deleted": {func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.mine().Delete(t.Context(), id))
		}, catalog.ErrNotFound, ""},
	} {
		for _, moment := range []string{"before", "during the commit"} {
			t.Run(name+"/"+moment, func(t *testing.T) {
				t.Parallel()
				f := newOAuth(t, nil)
				f.publish(t, "erp@1.0.0", asks(auth.Param{Key: "pin", Secret: true}))
				f.putApp(t, "code")
				conn := f.made(t)
				f.publish(t, "erp@2.0.0", asks(auth.Param{Key: "pin", Secret: true}, auth.Param{Key: "more"}))
				hook := &hookStore{Store: f.store, prefix: "conn/"}
				other := f.another(t, func(o *catalog.Options) { o.Store = hook })
				a, back := f.agreeAgain(t, conn.ID, nil)
				if moment == "before" {
					tt.meanwhile(t, f, conn.ID)
				} else {
					hook.arm(func() { tt.meanwhile(t, f, conn.ID) })
				}
				_, err := other.For(viewerP).Connections().Complete(t.Context(), a.ID, back, browser)
				assert.False(t, hook.armed())
				if tt.want == nil {
					require.NoError(t, err)
					assert.Zero(t, f.server.Count(authtest.Revoke))
				} else {
					require.ErrorIs(t, err, tt.want)
					require.Eventually(t, func() bool { return f.server.Count(authtest.Revoke) > 0 }, patience, tick, "the new token is given back")
				}
				got, err := f.mine().Get(t.Context(), conn.ID)
				if tt.state == "" {
					require.ErrorIs(t, err, catalog.ErrNotFound)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, tt.state, got.State)
				if got.State == catalog.ConnectionActive {
					status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
					require.NoError(t, err)
					assert.Equal(t, 200, status)
				}
			})
		}
	}
}

// Of two that give a connection other secrets at once, one is told.
func TestG5_OfTwoReauthenticationsAtOnceOneIsTold(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "c")
	hook := &hookStore{Store: b.store, prefix: "conn/"}
	other := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	other.opts.Store = hook
	other.open(t)
	defer other.close(t)
	hook.arm(func() {
		_, err := b.For(viewerP).Connections().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{"token": "first"}})
		assert.NoError(t, err)
	})
	_, err := other.For(viewerP).Connections().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{"token": "second"}})
	require.ErrorIs(t, err, catalog.ErrConflict)
	assert.False(t, hook.armed())
}

func TestC6_ReauthenticationEndsNeedsReauth(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn := f.connect(t, viewerP, "mine")
	f.server.RevokeAll()
	f.pass(2 * time.Hour)
	_, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.Error(t, err)
	lost, err := f.mine().Get(t.Context(), conn.ID)
	require.NoError(t, err)
	require.Equal(t, catalog.ConnectionNeedsReauth, lost.State)
	f.pass(time.Minute)
	a, back := f.agreeAgain(t, conn.ID, nil)
	got, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	assert.Equal(t, []any{catalog.ConnectionActive, "", f.time()}, []any{got.State, got.Reason, got.Since})
	require.NoError(t, f.mine().Disable(t.Context(), conn.ID, ""))
	require.NoError(t, f.mine().Enable(t.Context(), conn.ID))
	got, err = f.mine().Get(t.Context(), conn.ID)
	require.NoError(t, err)
	assert.Equal(t, catalog.ConnectionActive, got.State, "nothing is left of it")
}

func TestC3_ReauthenticationIsBoundAndRefusedTheWrongWay(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn := f.connect(t, viewerP, "mine")
	robot, err := f.mine().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err)
	_, err = f.mine().Reauthenticate(t.Context(), conn.ID, nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = f.mine().BeginReauthenticate(t.Context(), robot.ID, &catalog.ReauthRequest{Browser: browser})
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = f.mine().BeginReauthenticate(t.Context(), conn.ID, nil)
	require.ErrorIs(t, err, catalog.ErrInvalid, "no browser")
	require.NoError(t, f.admin.Quarantine(t.Context(), robot.ID, "leaked"))
	_, err = f.mine().Reauthenticate(t.Context(), robot.ID, nil)
	require.ErrorIs(t, err, catalog.ErrForbidden)
	require.ErrorContains(t, err, "leaked")

	require.NoError(t, f.mine().Share(t.Context(), conn.ID, true))
	a, back := f.agreeAgain(t, conn.ID, nil)
	eve := f.For(catalog.Principal{Tenant: "acme", User: "eve", Roles: viewerP.Roles}).Connections()
	_, err = eve.Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrUsed)

	d := f.device(t, "crm", &catalog.ConnectionRequest{Name: "tv"})
	tv, err := f.mine().Poll(t.Context(), d.ID)
	require.NoError(t, err)
	again, err := f.mine().BeginReauthenticate(t.Context(), tv.ID, nil)
	require.NoError(t, err)
	require.NoError(t, f.server.ApproveDevice(again.Device.UserCode))
	f.pass(again.Device.Interval)
	got, err := f.mine().Poll(t.Context(), again.ID)
	require.NoError(t, err)
	assert.Equal(t, tv.ID, got.ID)
}
