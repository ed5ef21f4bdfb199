package catalog_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

// publish offers and installs a release of a connector with the server's schemes, whatever
// it changes.
func (f *oauth) publish(t *testing.T, offer string, edit ...func(*connector.Manifest)) {
	t.Helper()
	f.offer(offer, func(r *connector.Release) {
		f.schemes(r.Manifest)
		for _, e := range edit {
			e(r.Manifest)
		}
	})
	f.refresh(t)
	plan := f.plan(t, offer)
	plan.Approve(plan.Items[0].Key)
	for _, it := range f.run(t, plan).Items {
		require.Equal(t, catalog.Done, it.State, it.Err)
	}
}

// scheme changes one scheme of a manifest.
func scheme(id string, edit func(*auth.Scheme)) func(*connector.Manifest) {
	return func(m *connector.Manifest) {
		for i := range m.Auth {
			if m.Auth[i].ID == id {
				edit(&m.Auth[i])
			}
		}
	}
}

// asks gives every scheme these parameters.
func asks(params ...auth.Param) func(*connector.Manifest) {
	return func(m *connector.Manifest) {
		for i := range m.Auth {
			m.Auth[i].Params = params
		}
	}
}

// putApp registers the server's app for "erp" as edit makes it.
func (f *oauth) putApp(t *testing.T, id string, edit ...func(*catalog.App)) *catalog.App {
	t.Helper()
	app := &catalog.App{Connector: "erp", Scheme: id, App: *f.server.App()}
	for _, e := range edit {
		e(app)
	}
	stored, err := f.admin.PutApp(t.Context(), app)
	require.NoError(t, err)
	return stored
}

// another opens a second catalog on the same store, which hears of nothing until it asks.
func (f *oauth) another(t *testing.T, edit ...func(*catalog.Options)) *bench {
	t.Helper()
	other := &bench{feed: f.feed, disk: f.disk, store: f.store, opts: f.opts, now: f.time()}
	other.opts.Store = struct{ catalog.Store }{f.store}
	for _, e := range edit {
		e(&other.opts)
	}
	other.open(t)
	t.Cleanup(func() { other.close(t) })
	return other
}

// keys are those of the records under prefixes.
func (b *bench) keys(t *testing.T, prefixes ...string) []string {
	t.Helper()
	keys := []string{}
	for _, p := range prefixes {
		recs, err := b.store.List(t.Context(), p, "", 1000)
		require.NoError(t, err)
		for _, r := range recs {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// nothingMade holds that there is neither a part of a connection nor an authorization under way.
func (f *oauth) nothingMade(t *testing.T) {
	t.Helper()
	require.Empty(t, f.keys(t, "conn", "session/"))
	for _, k := range f.keys(t, "appuse/") {
		require.Equal(t, 1, strings.Count(k, "/"), k)
	}
}

// live counts the access tokens that the server accepts.
func (f *oauth) live() int {
	n := 0
	for _, s := range f.server.Secrets() {
		if strings.HasPrefix(s, "access-") && f.server.Live(s) {
			n++
		}
	}
	return n
}

// givenBack waits until the server has been told of n tokens, and holds that none is left.
func (f *oauth) givenBack(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return f.server.Count(authtest.Revoke) == n && f.live() == 0 }, patience, tick)
}

// device begins on a device and lets the person agree.
func (f *oauth) device(t *testing.T, key string, req *catalog.ConnectionRequest) *catalog.Authorization {
	t.Helper()
	a, err := f.For(viewerP).Connections().Begin(t.Context(), key, "device", req)
	require.NoError(t, err)
	require.NoError(t, f.server.ApproveDevice(a.Device.UserCode))
	f.pass(a.Device.Interval)
	return a
}

func (f *oauth) mine() *catalog.Connections { return f.For(viewerP).Connections() }

// agreeAgain lets the person agree anew to a connection that is there.
func (f *oauth) agreeAgain(t *testing.T, id string, params map[string]any) (*catalog.Authorization, *url.URL) {
	t.Helper()
	a, err := f.mine().BeginReauthenticate(t.Context(), id, &catalog.ReauthRequest{Params: params, Browser: browser})
	require.NoError(t, err)
	return a, f.agree(t, a)
}

// How long tests wait for what happens in the background, and how often they look.
const (
	patience = 30 * time.Second
	tick     = time.Millisecond
)
