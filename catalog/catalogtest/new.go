package catalogtest

import (
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/installertest"
)

// Catalog is a catalog on in-memory twins that a test scripts: time stands
// still until Clock is moved, and Feed, Store, Installer and Auth fail when told to.
type Catalog struct {
	*catalog.Catalog
	Admin     *catalog.Admin  // of a principal with catalog.RoleAdmin
	Viewer    *catalog.Viewer // of one with catalog.RoleViewer
	Clock     *Clock
	Feed      *FakeFeed
	Store     *FaultStore
	Installer *installertest.Fake // it fetches nothing unless Installer.Fetch is set
	Auth      *authtest.Server    // where tokens come from, and an application that accepts them
}

// New opens a catalog whose feed offers the given releases, each "key@version",
// and closes it at the end of the test. Every release has a manifest with an API key scheme ("key", whose
// parameter is "api_key"), an OAuth 2.0 one ("oauth2"), one activity, and as hosts https://api.example.com and Auth's, which
// connections reach without a network: what Auth protects is at Auth.URL + "/api". Secrets are sealed
// with keys in memory. Feeds are loaded when the catalog is opened and by Admin.Refresh, not in the background.
//
//	cat := catalogtest.New(t, "slack@1.0.0", "slack@1.1.0-rc.1", "jira@2.0.0")
func New(tb testing.TB, releases ...string) *Catalog {
	tb.Helper()
	return NewWith(tb, nil, releases...)
}

// NewWith is New with the options that edit leaves.
func NewWith(tb testing.TB, edit func(*catalog.Options), releases ...string) *Catalog {
	tb.Helper()
	c := &Catalog{
		Clock:     NewClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		Feed:      NewFakeFeed("main"),
		Store:     NewFaultStore(catalog.NewMemStore(nil)),
		Installer: &installertest.Fake{},
	}
	c.Auth = authtest.NewServer(&authtest.ServerOptions{Now: c.Clock.Now})
	keys, err := auth.NewMemoryKeys()
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	for _, r := range releases {
		c.Offer(r)
	}
	opts := &catalog.Options{
		Store: c.Store, Feeds: []catalog.Feed{c.Feed}, Installer: c.Installer,
		Clock: c.Clock.Now, RefreshEvery: 24 * time.Hour, Lease: time.Second, Keys: keys,
		Tokens:      &auth.TokenOptions{HTTPClient: c.Auth.HTTPClient()},
		Transport:   &auth.TransportOptions{Base: c.Auth.Transport()},
		RedirectURI: RedirectURI,
	}
	if edit != nil {
		edit(opts)
	}
	if c.Catalog, err = catalog.Open(tb.Context(), opts); err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Errorf("catalogtest: close: %v", err)
		}
	})
	if c.Admin, err = c.Manage(Principal(catalog.RoleAdmin)); err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	c.Viewer = c.For(Principal(catalog.RoleViewer))
	return c
}

// Principal returns a principal of the tenant "acme" with one role, whose user has the
// role's name.
func Principal(role string) catalog.Principal {
	return catalog.Principal{Tenant: "acme", User: role, Roles: []string{role}}
}

// Offer makes the feed offer one more release, "key@version". The catalog sees it
// at the next Admin.Refresh. edit may change anything of the release.
func (c *Catalog) Offer(release string, edit ...func(*connector.Release)) {
	key, version, _ := strings.Cut(release, "@")
	oauth2 := c.Auth.Scheme(auth.OAuth2Code)
	oauth2.ID = "oauth2"
	m := &connector.Manifest{
		Key: connector.Key(key), Version: version,
		Auth: []auth.Scheme{{
			ID: "key", Type: auth.APIKey, In: "header", Name: "X-API-Key",
			Params: []auth.Param{{Key: "api_key", Secret: true}},
		}, *oauth2},
		Activities: []connector.Activity{{Name: "send"}},
		Hosts:      []string{"https://api.example.com", c.Auth.URL},
	}
	serve := func(r *connector.Release) { r.Manifest = m }
	data := installertest.TarGz(installertest.ManifestFile(m))
	c.Feed.Offer(connector.Key(key), version, data, append([]func(*connector.Release){serve}, edit...)...)
}

// Install plans the given choices, each "key" or "key@version", installs them
// and waits. Any item that is not done, and any error, fails the test.
func (c *Catalog) Install(tb testing.TB, choices ...string) {
	tb.Helper()
	var picks []catalog.Choice
	for _, ch := range choices {
		key, version, _ := strings.Cut(ch, "@")
		picks = append(picks, catalog.Pick(key, version))
	}
	plan, err := c.Admin.Plan(tb.Context(), picks...)
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	op, err := c.Admin.Install(tb.Context(), plan)
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	st, err := op.Wait(tb.Context())
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	for _, it := range st.Items {
		if it.State != catalog.Done {
			tb.Fatalf("catalogtest: %s@%s is %s: %s%s", it.Key, it.To, it.State, it.Err, it.Note)
		}
	}
}
