package catalog_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestG4_OwnAppIsWrittenByWhoHasSeenIt(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	base := func() *catalog.App {
		return &catalog.App{Tenant: "acme", Connector: "crm", Scheme: "code", App: *f.server.App()}
	}
	first, err := f.admin.PutApp(t.Context(), base())
	require.NoError(t, err)
	assert.Equal(t, f.time(), first.Since)
	assert.NotEmpty(t, first.ID)
	_, err = f.admin.PutApp(t.Context(), base())
	require.ErrorIs(t, err, catalog.ErrConflict, "based on nothing, but it is there")
	first.RedirectURI = "https://app.example/acme"
	second, err := f.admin.PutApp(t.Context(), first)
	require.NoError(t, err)
	assert.Greater(t, second.Revision, first.Revision)
	assert.Equal(t, first.ID, second.ID, "it is the same app")
	_, err = f.admin.PutApp(t.Context(), first)
	require.ErrorIs(t, err, catalog.ErrConflict)
	require.ErrorIs(t, f.admin.DeleteApp(t.Context(), "acme", "crm", "code", first.Revision), catalog.ErrConflict)
	assert.Equal(t, second, f.apps(t)["acmecode"], "what is returned is what is there")
	require.NoError(t, f.admin.DeleteApp(t.Context(), "acme", "crm", "code", second.Revision))
	require.ErrorIs(t, f.admin.DeleteApp(t.Context(), "acme", "crm", "code", second.Revision), catalog.ErrNotFound)
	assert.NotContains(t, f.apps(t), "acmecode")
	assert.Contains(t, f.apps(t), "code", "the catalog's own stays")
	assert.Equal(t, 1, auditCount(t, f.bench, "delete app"))
	checkChain(t, f.bench)
}

func TestG4_AppsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	good := *f.server.App()
	for name, tt := range map[string]struct {
		app  *catalog.App
		want error
		text []string
	}{
		"nothing":           {nil, catalog.ErrInvalid, nil},
		"no such connector": {&catalog.App{Connector: "nope", Scheme: "code", App: good}, catalog.ErrNotFound, nil},
		"no such scheme":    {&catalog.App{Connector: "crm", Scheme: "nope", App: good}, catalog.ErrNotFound, nil},
		"everything missing": {&catalog.App{Connector: "crm", Scheme: "code"}, catalog.ErrInvalid,
			[]string{"clientID", "clientSecret"}},
		"a bad redirect URI": {&catalog.App{Connector: "crm", Scheme: "code", App: good, RedirectURI: "http://app.example/"}, catalog.ErrInvalid, nil},
		"a bad tenant":       {&catalog.App{Tenant: "\xff", Connector: "crm", Scheme: "code", App: good}, catalog.ErrInvalid, nil},
		"a long tenant":      {&catalog.App{Tenant: strings.Repeat("/", 500), Connector: "crm", Scheme: "code", App: good}, catalog.ErrInvalid, nil},
		"another's issuer": {&catalog.App{Connector: "crm", Scheme: "device", App: good, Endpoints: &auth.Metadata{Issuer: "https://evil.example"}},
			catalog.ErrInvalid, []string{"issuer"}},
		"plain endpoints": {&catalog.App{Connector: "key", Scheme: "bare", App: good, Endpoints: &auth.Metadata{
			AuthorizationEndpoint: "https://a.example/a", TokenEndpoint: "http://a.example/t",
		}}, catalog.ErrInvalid, []string{"tokenURL"}},
		"a scheme without one": {&catalog.App{Connector: "key", Scheme: "key", App: good}, catalog.ErrInvalid, []string{"apiKey"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			f.publish(t, "key@1.0.0", func(m *connector.Manifest) {
				m.Auth = []auth.Scheme{{ID: "key", Type: auth.APIKey, In: "header", Name: "X-Key"}, {ID: "bare", Type: auth.OAuth2Code}}
			})
			if tt.app != nil && tt.app.Connector == "crm" {
				tt.app.Revision = 0
				if stored := f.apps(t)[tt.app.Tenant+tt.app.Scheme]; stored != nil {
					require.NoError(t, f.admin.DeleteApp(t.Context(), "", "crm", tt.app.Scheme, stored.Revision))
				}
			}
			before := f.keys(t, "app/")
			_, err := f.admin.PutApp(t.Context(), tt.app)
			require.ErrorIs(t, err, tt.want)
			for _, text := range tt.text {
				require.ErrorContains(t, err, text)
			}
			assert.Equal(t, before, f.keys(t, "app/"))
		})
	}
	viewer, err := f.Manage(viewerP)
	require.ErrorIs(t, err, catalog.ErrForbidden)
	assert.Nil(t, viewer)
	f.reopen(t, func(o *catalog.Options) { o.Keys = nil })
	_, err = f.admin.PutApp(t.Context(), &catalog.App{Tenant: "acme", Connector: "crm", Scheme: "code", App: good})
	require.ErrorIs(t, err, auth.ErrNoKey)
	assert.NotContains(t, f.apps(t), "acmecode")
}

// A secret goes in and never comes out again, but to the provider.
func TestG11_SecretsOfAppsAreNeverReadable(t *testing.T) {
	t.Parallel()
	pem, public := signingKey(t)
	f := newOAuth(t, &authtest.ServerOptions{PublicKey: public})
	app := &catalog.App{Connector: "erp", Scheme: "assertion", App: auth.App{
		ClientID: f.server.App().ClientID, ClientSecret: auth.NewSecret(canary), Key: &auth.SigningKey{PEM: pem, ID: "k1"},
	}}
	f.publish(t, "erp@1.0.0", func(m *connector.Manifest) {
		s := f.server.Scheme(auth.PrivateKeyJWT)
		s.ID = "assertion"
		m.Auth = []auth.Scheme{*s}
	})
	stored, err := f.admin.PutApp(t.Context(), app)
	require.NoError(t, err)
	assert.Equal(t, canary, app.ClientSecret.Reveal(), "the caller's is not touched")
	listed := f.apps(t)["assertion"]
	body := strings.Split(pem.Reveal(), "\n")[1]
	for _, a := range []*catalog.App{stored, listed} {
		assert.True(t, a.ClientSecret.IsZero())
		assert.True(t, a.Key.PEM.IsZero())
		assert.Equal(t, "k1", a.Key.ID)
		text, err := json.Marshal(a)
		require.NoError(t, err)
		for _, shown := range []string{string(text), fmt.Sprintf("%+v %#v", a, a)} {
			assert.NotContains(t, shown, canary)
			assert.NotContains(t, shown, body)
		}
	}
	for _, e := range checkChain(t, f.bench) {
		assert.NotContains(t, fmt.Sprintf("%+v", e), canary)
	}
	recs, err := f.store.List(t.Context(), "", "", 1000)
	require.NoError(t, err)
	for _, r := range recs {
		assert.NotContains(t, string(r.Value), canary, r.Key)
		assert.NotContains(t, string(r.Value), body, r.Key)
	}
	listed.Key.ID = "k2" // the key without its bytes
	again, err := f.admin.PutApp(t.Context(), listed)
	require.NoError(t, err)
	assert.Equal(t, "k2", again.Key.ID)
	_, err = f.mine().Create(t.Context(), "erp", "assertion", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err, "the bytes were kept")
	bad := *again
	bad.Key = &auth.SigningKey{PEM: auth.NewSecret(canary)}
	_, err = f.admin.PutApp(t.Context(), &bad)
	require.ErrorIs(t, err, fs.ErrInvalid)
	assert.NotContains(t, err.Error(), canary)
}

func TestG4_SecretsStayWhileTheAppIsTheSame(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	app := f.apps(t)["code"]
	conn := f.connect(t, viewerP, "mine")
	app.RedirectURI = "https://app.example/all"
	app, err := f.admin.PutApp(t.Context(), app) // without the secret, which nobody can read
	require.NoError(t, err)
	f.pass(2 * 3600e9)
	status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	assert.Equal(t, 200, status)
	f.connect(t, viewerP, "second")

	for name, change := range map[string]func(a *catalog.App){
		"another client": func(a *catalog.App) { a.ClientID = "another" },
		"other endpoints": func(a *catalog.App) {
			a.Endpoints = &auth.Metadata{Issuer: f.server.URL, TokenEndpoint: f.server.URL + "/token"}
		},
	} {
		other := *app
		change(&other)
		_, err := f.admin.PutApp(t.Context(), &other)
		require.ErrorIs(t, err, catalog.ErrInvalid, name)
		require.ErrorContains(t, err, "clientSecret", name)
	}
	app.ClientSecret = auth.NewSecret("a new one")
	changed, err := f.admin.PutApp(t.Context(), app)
	require.NoError(t, err)
	assert.Equal(t, app.ID, changed.ID, "a secret is rotated in place")
	assert.Empty(t, changed.Retired)
	f.server.Forget()
	f.pass(2 * 3600e9)
	_, err = f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.ErrorIs(t, err, auth.ErrInvalidClient, "connections go by the new one")
}

func TestG4_AnotherAppRetiresTheOneBeforeWhileItIsHeld(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *oauth, a *catalog.App){
		"another client":  func(_ *oauth, a *catalog.App) { a.ClientID = "another" },
		"other endpoints": func(f *oauth, a *catalog.App) { a.Endpoints = &auth.Metadata{Issuer: f.server.URL} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			old := f.apps(t)["code"]
			conn := f.connect(t, viewerP, "mine")
			next := *old
			next.ClientSecret = auth.NewSecret("theirs")
			change(f, &next)
			now, err := f.admin.PutApp(t.Context(), &next)
			require.NoError(t, err)
			assert.NotEqual(t, old.ID, now.ID)
			assert.Equal(t, []string{old.ClientID}, now.Retired)
			f.pass(2 * 3600e9)
			status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
			require.NoError(t, err)
			assert.Equal(t, 200, status, "it goes by the app it was made with")
			a, back := f.agreeAgain(t, conn.ID, nil)
			_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
			require.NoError(t, err, "and authenticates by it")

			b, err := f.mine().Begin(t.Context(), "crm", "code", &catalog.ConnectionRequest{Name: "second", Browser: browser})
			require.NoError(t, err)
			assert.Contains(t, b.URL, "client_id="+now.ClientID, "new ones go by the new one")
			require.ErrorIs(t, f.admin.DeleteApp(t.Context(), "", "crm", "code", now.Revision), catalog.ErrInUse)
			err = f.admin.DeleteApp(t.Context(), "", "crm", "code", now.Revision)
			require.ErrorContains(t, err, conn.ID)
			require.NoError(t, f.mine().Delete(t.Context(), conn.ID))
			require.Eventually(t, func() bool { return f.server.Count(authtest.Revoke) == 1 }, patience, tick)
			now, err = f.admin.PutApp(t.Context(), now)
			require.NoError(t, err)
			assert.Empty(t, now.Retired, "nobody holds it any more")
			require.NoError(t, f.admin.DeleteApp(t.Context(), "", "crm", "code", now.Revision))
			assert.NotContains(t, strings.Join(f.keys(t, "appuse/"), " "), old.ID)
		})
	}
}
