package soak_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/dirinstaller"
	"github.com/patchbay/patchbay/installer/installertest"
)

const (
	connectors = 6
	releases   = 6 // of each connector, at most
	// speed is by how much the clock of the catalogs is faster than the real one, so that tokens end and
	// failures are forgotten within seconds.
	speed    = 60
	lifetime = 3 * time.Minute // of tokens, by that clock
	lease    = 2 * time.Second
	shared   = "oauth2" // schemes of every connector
	personal = "key"
)

// people are two in one tenant and one in another.
var people = []catalog.Principal{
	{Tenant: "acme", User: "vic", Groups: []string{"staff"}, Roles: []string{catalog.RoleViewer}},
	{Tenant: "acme", User: "wim", Groups: []string{"night"}, Roles: []string{catalog.RoleViewer}},
	{Tenant: "other", User: "vic", Groups: []string{"staff"}, Roles: []string{catalog.RoleViewer}},
}

// place is one catalog, as a process has it: with a database handle and keys of its own.
type place struct {
	*catalog.Catalog
	admin *catalog.Admin
	keys  *auth.LocalKeys
}

// world is what the catalogs share.
type world struct {
	places [2]*place
	feed   *catalogtest.FakeFeed
	server *authtest.Server
	start  time.Time
}

func (w *world) now() time.Time { return w.start.Add(speed * time.Since(w.start)) }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{start: time.Now(), feed: catalogtest.NewFakeFeed("main")}
	w.server = authtest.NewServer(&authtest.ServerOptions{Now: w.now, Lifetime: lifetime})
	for i := range connectors {
		w.offer(i, 0)
	}
	dir := t.TempDir()
	for i := range w.places {
		w.places[i] = w.open(t, dir)
	}
	admin := w.places[0].admin
	require.NoError(t, admin.Refresh(t.Context()))
	var choices []catalog.Choice
	for i := range connectors {
		choices = append(choices, catalog.Pick(string(key(i)), ""))
	}
	plan, err := admin.Plan(t.Context(), choices...)
	require.NoError(t, err)
	op, err := admin.Install(t.Context(), plan)
	require.NoError(t, err)
	st, err := op.Wait(t.Context())
	require.NoError(t, err)
	require.Zero(t, st.Failed())
	for i := range connectors {
		_, err := admin.PutApp(t.Context(), &catalog.App{Connector: key(i), Scheme: shared, App: *w.server.App()})
		require.NoError(t, err)
	}
	return w
}

func (w *world) open(t *testing.T, dir string) *place {
	t.Helper()
	keys, err := auth.OpenKeyFile(t.Context(), filepath.Join(dir, "keys"), &auth.KeyFileOptions{Create: true})
	require.NoError(t, err)
	db, err := sql.Open("sqlite", filepath.Join(dir, "catalog.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	db.SetMaxIdleConns(16)
	store, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, &sqlstore.Options{PollInterval: 20 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	c, err := catalog.Open(t.Context(), &catalog.Options{
		Store: store, Keys: keys, Lease: lease, RefreshEvery: -1, Clock: w.now,
		Feeds: []catalog.Feed{w.feed}, Installer: dirinstaller.New(filepath.Join(dir, "connectors"), nil),
		Tokens:      &auth.TokenOptions{HTTPClient: w.server.HTTPClient()},
		Transport:   &auth.TransportOptions{Base: w.server.Transport()},
		RedirectURI: catalogtest.RedirectURI,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	admin, err := c.Manage(catalogtest.Principal(catalog.RoleAdmin))
	require.NoError(t, err)
	return &place{c, admin, keys}
}

func key(i int) connector.Key { return connector.Key(fmt.Sprintf("acme/app%d", i)) }

// artifactOf is where the feed has the package of a release.
func artifactOf(i, minor int) string { return fmt.Sprintf("%s/1.%d.0.tgz", key(i), minor) }

// offer makes the feed offer a release, always with the same bytes.
func (w *world) offer(i, minor int) {
	oauth2 := w.server.Scheme(auth.OAuth2Code)
	oauth2.ID = shared
	m := &connector.Manifest{
		Key: key(i), Version: fmt.Sprintf("1.%d.0", minor),
		Auth: []auth.Scheme{{
			ID: personal, Type: auth.APIKey, In: auth.InHeader, Name: "X-API-Key",
			Params: []auth.Param{{Key: "api_key", Secret: true}, {Key: "site"}},
		}, *oauth2},
		Activities: []connector.Activity{{Name: "send"}},
		Hosts:      []string{w.server.URL},
	}
	w.feed.Offer(m.Key, m.Version, installertest.TarGz(installertest.ManifestFile(m)), func(r *connector.Release) { r.Manifest = m })
}
