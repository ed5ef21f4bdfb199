package catalog_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// finish is how somebody tries to finish an authorization.
type finish struct {
	by      catalog.Principal
	id      string
	back    *url.URL
	browser auth.Secret
}

// What does not belong to an authorization is refused and leaves it as it is.
func TestC3_BoundToTenantUserBrowserConnectorAndState(t *testing.T) {
	t.Parallel()
	edit := func(u *url.URL, change func(u *url.URL, q url.Values)) *url.URL {
		c := *u
		q := c.Query()
		change(&c, q)
		c.RawQuery = q.Encode()
		return &c
	}
	for name, tt := range map[string]struct {
		try  func(f *finish, second *catalog.Authorization)
		want error
	}{
		"another user":     {func(f *finish, _ *catalog.Authorization) { f.by.User = "eve" }, catalog.ErrNotFound},
		"no user":          {func(f *finish, _ *catalog.Authorization) { f.by.User = "" }, catalog.ErrNotFound},
		"another tenant":   {func(f *finish, _ *catalog.Authorization) { f.by.Tenant = "other" }, catalog.ErrNotFound},
		"an admin":         {func(f *finish, _ *catalog.Authorization) { f.by = adminP }, catalog.ErrNotFound},
		"nobody":           {func(f *finish, _ *catalog.Authorization) { f.by = nobodyP }, catalog.ErrForbidden},
		"another browser":  {func(f *finish, _ *catalog.Authorization) { f.browser = auth.NewSecret("eve's") }, catalog.ErrForbidden},
		"no browser":       {func(f *finish, _ *catalog.Authorization) { f.browser = auth.Secret{} }, catalog.ErrForbidden},
		"no id":            {func(f *finish, _ *catalog.Authorization) { f.id = "" }, catalog.ErrNotFound},
		"a made-up id":     {func(f *finish, _ *catalog.Authorization) { f.id = "AAAAAAAAAAAAAAAAAAAAAAAAAA" }, catalog.ErrNotFound},
		"another one's id": {func(f *finish, second *catalog.Authorization) { f.id = second.ID }, auth.ErrBadCallback},
		"another state": {func(f *finish, second *catalog.Authorization) {
			f.back = edit(f.back, func(_ *url.URL, q url.Values) { q.Set("state", second.ID) })
		}, auth.ErrBadCallback},
		"no state": {func(f *finish, _ *catalog.Authorization) {
			f.back = edit(f.back, func(_ *url.URL, q url.Values) { q.Del("state") })
		}, auth.ErrBadCallback},
		"two states": {func(f *finish, _ *catalog.Authorization) {
			f.back = edit(f.back, func(_ *url.URL, q url.Values) { q.Add("state", "x") })
		}, auth.ErrBadCallback},
		"no code": {func(f *finish, _ *catalog.Authorization) {
			f.back = edit(f.back, func(_ *url.URL, q url.Values) { q.Del("code") })
		}, auth.ErrBadCallback},
		"no callback": {func(f *finish, _ *catalog.Authorization) { f.back = nil }, auth.ErrBadCallback},
		"another connector's path": {func(f *finish, _ *catalog.Authorization) {
			f.back = edit(f.back, func(u *url.URL, _ url.Values) { u.Path = "/acme/erp/callback" })
		}, auth.ErrBadCallback},
		"no path": {func(f *finish, _ *catalog.Authorization) { f.back = &url.URL{RawQuery: f.back.RawQuery} }, auth.ErrBadCallback},
		"another host": {func(f *finish, _ *catalog.Authorization) {
			f.back = edit(f.back, func(u *url.URL, _ url.Values) { u.Host = "evil.example" })
		}, auth.ErrBadCallback},
		"another port": {func(f *finish, _ *catalog.Authorization) {
			f.back = edit(f.back, func(u *url.URL, _ url.Values) { u.Host += ":8443" })
		}, auth.ErrBadCallback},
		"another protocol": {func(f *finish, _ *catalog.Authorization) {
			f.back = edit(f.back, func(u *url.URL, _ url.Values) { u.Scheme = "http" })
		}, auth.ErrBadCallback},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			second, _ := f.begin(t, viewerP, "second")
			a, back := f.begin(t, viewerP, "mine")
			bad := &finish{viewerP, a.ID, back, browser}
			tt.try(bad, second)
			_, err := f.For(bad.by).Connections().Complete(t.Context(), bad.id, bad.back, bad.browser)
			require.ErrorIs(t, err, tt.want)
			assert.Zero(t, f.server.Count(authtest.Token))
			assert.Empty(t, f.keys(t, "conn"))
			_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
			require.NoError(t, err, "it is not used up")
		})
	}
}

// To those whom it is not for, one that is there looks like one that never was.
func TestC5_AuthorizationsOfOthersLookLikeNone(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a, back := f.begin(t, viewerP, "mine")
	d, err := f.mine().Begin(t.Context(), "crm", "device", &catalog.ConnectionRequest{Name: "tv"})
	require.NoError(t, err)
	for _, p := range []catalog.Principal{
		{Tenant: "acme", User: "eve", Roles: viewerP.Roles}, {Tenant: "other", User: "vic", Roles: viewerP.Roles},
	} {
		theirs := f.For(p).Connections()
		for name, call := range map[string]func(id string) error{
			"complete": func(id string) error { _, err := theirs.Complete(t.Context(), id, back, browser); return err },
			"poll":     func(id string) error { _, err := theirs.Poll(t.Context(), id); return err },
		} {
			missing := call("AAAAAAAAAAAAAAAAAAAAAAAAAA")
			require.ErrorIs(t, missing, catalog.ErrNotFound)
			for _, id := range []string{a.ID, d.ID} {
				require.Error(t, call(id))
				assert.Equal(t, missing.Error(), call(id).Error(), name)
			}
			f.pass(time.Hour) // nor does one that has ended
			assert.Equal(t, missing.Error(), call(a.ID).Error(), name)
			f.pass(-time.Hour)
		}
	}
}

func TestC3_ACallbackIsReadAsServersAndBrowsersWriteIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ redirect, back string }{
		"path and query only":   {"https://app.example/cb", "/cb"},
		"the root":              {"https://app.example", "/"},
		"the root, whole":       {"https://app.example", "https://app.example/"},
		"the standard port":     {"https://app.example:443/cb", "https://app.example/cb"},
		"capitals in the host":  {"https://App.Example/cb", "https://app.example/cb"},
		"an escape":             {"https://app.example/c%62", "/cb"},
		"a query of its own":    {"https://app.example/cb?tenant=acme", "/cb"},
		"a scheme of its own":   {"com.example.app:/cb", "com.example.app:/cb"},
		"a loopback, any order": {"http://127.0.0.1:8080/cb", "http://127.0.0.1:8080/cb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil, func(o *catalog.Options) {
				o.RedirectURI = func(string, connector.Key) string { return tt.redirect }
			})
			a, agreed := f.begin(t, viewerP, "mine")
			back, err := url.Parse(tt.back)
			require.NoError(t, err)
			back.RawQuery = agreed.RawQuery
			_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
			require.NoError(t, err)
		})
	}
}

// Two connectors never come back to one place, or the one's server could have the other's codes.
func TestC3_EachConnectorHasARedirectURIOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, same := range []string{
		"https://app.example/cb", "https://APP.example/cb", "https://app.example:443/cb", "https://app.example/c%62",
		"https://app.example/cb?connector=erp",
	} {
		t.Run(same, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil, func(o *catalog.Options) {
				o.RedirectURI = func(_ string, key connector.Key) string {
					if key == "crm" {
						return "https://app.example/cb"
					}
					return same
				}
			})
			f.publish(t, "erp@1.0.0")
			app := f.putApp(t, "code")
			f.connect(t, viewerP, "mine")
			f.connect(t, catalog.Principal{Tenant: "other", User: "oda", Roles: viewerP.Roles}, "mine") // tenants may share one
			begin := func() error {
				_, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "n", Browser: browser})
				return err
			}
			err := begin()
			require.ErrorIs(t, err, catalog.ErrInvalid)
			assert.NotContains(t, err.Error(), "crm")
			assert.Empty(t, f.keys(t, "session/"))
			app.RedirectURI, app.ClientSecret = "https://app.example/erp", auth.Secret{}
			_, err = f.admin.PutApp(t.Context(), app)
			require.NoError(t, err)
			require.NoError(t, begin(), "the app's own goes before")
		})
	}
}

// Two begin at the same moment, each with the other's.
func TestC3_TheFirstToComeHasTheRedirectURI(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil, func(o *catalog.Options) {
		o.RedirectURI = func(string, connector.Key) string { return "https://app.example/cb" }
	})
	f.publish(t, "erp@1.0.0")
	f.putApp(t, "code")
	hook := &hookStore{Store: f.store, prefix: "redirect/"}
	other := f.another(t, func(o *catalog.Options) { o.Store = hook })
	hook.arm(func() { f.begin(t, viewerP, "first") })
	_, err := other.For(viewerP).Connections().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "n", Browser: browser})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	assert.False(t, hook.armed())
	assert.Len(t, f.keys(t, "session/"), 1)
}
