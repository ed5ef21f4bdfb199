package integration_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// house is two processes on one SQLite file, as far as the file can tell: two catalogs, each with a pool
// and a store of its own, and one provider.
type house struct {
	*catalogtest.Catalog // where policies are written

	there *catalog.Catalog // where people connect; it hears of the other only by the file
}

func newHouse(t *testing.T) *house {
	t.Helper()
	path := newPath(t)
	var shared catalog.Options
	offer := func(m *connector.Manifest, server *authtest.Server) {
		device, machine := server.Scheme(auth.Device), server.Scheme(auth.ClientCredentials)
		device.ID, machine.ID = "device", "machine"
		m.Auth = append(m.Auth, *device, *machine)
		for i := range m.Auth {
			m.Auth[i].Params = append(m.Auth[i].Params, auth.Param{Key: "region"})
		}
	}
	h := &house{Catalog: catalogtest.NewWith(t, func(o *catalog.Options) {
		o.Store = openStore(t, path)
		shared = *o
	})}
	h.Offer("crm@1.0.0", func(r *connector.Release) { offer(r.Manifest, h.Auth) })
	require.NoError(t, h.Admin.Refresh(t.Context()))
	h.Install(t, "crm")
	for _, s := range []string{"oauth2", "device", "machine"} {
		h.Register(t, "", "crm", s)
	}
	shared.Store, shared.Feeds, shared.Installer = openStore(t, path), nil, nil
	shared.RefreshEvery, shared.FollowEvery = -1, time.Hour
	there, err := catalog.Open(t.Context(), &shared)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, there.Close()) })
	h.there = there
	return h
}

func (h *house) user() *catalog.Connections {
	return h.there.For(catalogtest.Principal(catalog.RoleViewer)).Connections()
}

// rule puts a policy into force.
func (h *house) rule(ctx context.Context, r governance.Rule) error {
	r.Match = "crm"
	p := &governance.Policy{ID: "house", Connectors: []governance.Rule{r}}
	if now, err := h.Admin.Policy(ctx, "house"); err == nil {
		p.Revision = now.Revision
	}
	if _, err := h.Admin.PutPolicy(ctx, p); err != nil {
		return err
	}
	_, err := h.Admin.Assign(ctx, governance.Tenant("acme"), "house")
	return err
}

func (h *house) made(t *testing.T) int {
	t.Helper()
	n := 0
	for _, err := range h.user().List(t.Context(), nil) {
		require.NoError(t, err)
		n++
	}
	return n
}

// live counts the tokens that the provider accepts.
func (h *house) live() int {
	n := 0
	for _, s := range h.Auth.Secrets() {
		if strings.HasPrefix(s, "access-") && h.Auth.Live(s) {
			n++
		}
	}
	return n
}

// G6 on one SQLite file: a policy written in one process is the one that a connection is judged by
// in another, however it was begun.
func TestG6_SQLiteAPolicyOfAnotherProcessBindsTheCommit(t *testing.T) {
	t.Parallel()
	enable := governance.Rule{Effect: governance.Enable}
	preset := func(region string) governance.Rule {
		r := enable
		r.Presets = []governance.Preset{{Param: "region", Value: region, Mode: governance.PresetFixed}}
		return r
	}
	own, scheme := enable, enable
	own.OwnApp, scheme.SchemeDefault = true, governance.Disable
	for name, tt := range map[string]struct {
		rule governance.Rule
		want error
	}{
		"connector disabled": {governance.Rule{Effect: governance.Disable}, catalog.ErrDisabledByPolicy},
		"scheme disabled":    {scheme, catalog.ErrDisabledByPolicy},
		"own app required":   {own, catalog.ErrNoApp},
		"preset changed":     {preset("us"), catalog.ErrConflict},
	} {
		for _, flow := range []string{"oauth2", "device"} {
			t.Run(name+"/"+flow, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				require.NoError(t, h.rule(t.Context(), preset("eu")))
				a, err := h.user().Begin(t.Context(), "crm", flow, &catalog.ConnectionRequest{Name: "mine", Browser: catalogtest.Browser()})
				require.NoError(t, err)
				var back *url.URL
				if flow == "device" {
					require.NoError(t, h.Auth.ApproveDevice(a.Device.UserCode))
					h.Clock.Advance(a.Device.Interval)
				} else {
					back = h.Agree(t, a)
				}
				require.NoError(t, h.rule(t.Context(), tt.rule))
				if flow == "device" {
					_, err = h.user().Poll(t.Context(), a.ID)
				} else {
					_, err = h.user().Complete(t.Context(), a.ID, back, catalogtest.Browser())
				}
				require.ErrorIs(t, err, tt.want)
				require.ErrorContains(t, err, `policy "house"`)
				assert.Zero(t, h.made(t))
				require.Eventually(t, func() bool { return h.Auth.Count(authtest.Revoke) == 1 && h.live() == 0 }, time.Minute, time.Millisecond)
			})
		}
	}
}

// While one process switches the connector off and on, the other connects: whatever was refused left
// nothing, and whatever was made was admitted by a revision in force at its commit.
func TestG6_SQLiteNoConnectionSlipsThrough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const rounds = 25
	ctx := t.Context()
	allowed := map[int64]bool{} // by revision
	var mu sync.Mutex
	require.NoError(t, h.rule(ctx, governance.Rule{Effect: governance.Enable}))
	var all sync.WaitGroup
	stop := make(chan struct{})
	made, refused, odd := 0, 0, error(nil)
	for n := range 2 {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				_, err := h.user().Create(ctx, "crm", "machine", &catalog.ConnectionRequest{Name: fmt.Sprint(n, " ", i)})
				mu.Lock()
				switch {
				case err == nil:
					made++
				case errors.Is(err, catalog.ErrDisabledByPolicy):
					refused++
				default:
					odd = errors.Join(odd, err)
				}
				mu.Unlock()
			}
		})
	}
	for i := range rounds {
		effect := governance.Disable
		if i%2 == 1 {
			effect = governance.Enable
		}
		require.NoError(t, h.rule(ctx, governance.Rule{Effect: effect}))
		before := h.made(t)
		_, err := h.user().Create(ctx, "crm", "machine", &catalog.ConnectionRequest{Name: fmt.Sprint("mine ", i)})
		if effect == governance.Enable {
			require.NoError(t, err)
			mu.Lock()
			made++
			mu.Unlock()
		} else { // from here on none commits
			require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
			require.Equal(t, before, h.made(t))
		}
		now, err := h.Admin.Policy(ctx, "house")
		require.NoError(t, err)
		allowed[now.Revision] = effect == governance.Enable
	}
	close(stop)
	all.Wait()
	t.Logf("%d made, %d refused", made, refused)
	require.NoError(t, odd)
	assert.Equal(t, made, h.made(t))
	for conn, err := range h.user().List(ctx, nil) {
		require.NoError(t, err)
		if is, known := allowed[conn.Admitted.Revision]; known {
			assert.True(t, is, "admitted by revision %d", conn.Admitted.Revision)
		}
	}
}

// An authorization is finished once, whichever process the browser comes back to.
func TestC3_SQLiteAnAuthorizationIsForOneUse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here := h.For(catalogtest.Principal(catalog.RoleViewer)).Connections()
	for round := range 5 {
		h.Auth.Forget()
		a, err := here.Begin(t.Context(), "crm", "oauth2", &catalog.ConnectionRequest{Name: fmt.Sprint(round), Browser: catalogtest.Browser()})
		require.NoError(t, err)
		back := h.Agree(t, a)
		outcomes := make(chan error, 8)
		var all sync.WaitGroup
		for i := range cap(outcomes) {
			all.Go(func() {
				conns := here
				if i%2 == 0 {
					conns = h.user()
				}
				_, err := conns.Complete(t.Context(), a.ID, back, catalogtest.Browser())
				outcomes <- err
			})
		}
		all.Wait()
		close(outcomes)
		won := 0
		for err := range outcomes {
			if err == nil {
				won++
				continue
			}
			require.ErrorIs(t, err, catalog.ErrUsed)
		}
		require.Equal(t, 1, won)
		require.Equal(t, 1, h.Auth.Count(authtest.Token))
	}
}

// An app that one process removes while the other connects by it is either gone or held.
func TestG4_SQLiteAnAppIsGoneOrHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for round := range 15 {
		app := h.appOf(t, "machine")
		done := make(chan error, 1)
		go func() { done <- h.Admin.DeleteApp(t.Context(), "", "crm", "machine", app.Revision) }()
		conn, made := h.user().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: fmt.Sprint(round)})
		deleted := <-done
		if made == nil {
			require.ErrorIs(t, deleted, catalog.ErrInUse)
			h.Clock.Advance(2 * time.Hour)
			result, err := h.user().Test(t.Context(), conn.ID)
			require.NoError(t, err)
			require.True(t, result.OK, "%s", result.Reason)
			require.NoError(t, h.user().Delete(t.Context(), conn.ID))
		} else {
			require.NoError(t, deleted)
			require.ErrorIs(t, made, catalog.ErrNoApp)
			h.Register(t, "", "crm", "machine")
		}
	}
}

func (h *house) appOf(t *testing.T, scheme string) *catalog.App {
	t.Helper()
	for app, err := range h.Admin.Apps(t.Context()) {
		require.NoError(t, err)
		if app.Scheme == scheme {
			return app
		}
	}
	require.Fail(t, "no app")
	return nil
}
