package catalogtest

import (
	"net/url"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// Browser is the secret of the browser in which [Catalog.Connect] lets people agree.
func Browser() auth.Secret { return auth.NewSecret("a browser of catalogtest") }

// RedirectURI is the catalog.Options.RedirectURI of a Catalog: one for each tenant
// and connector.
func RedirectURI(tenant string, key connector.Key) string {
	return "https://app.example.com/callback/" + url.PathEscape(tenant) + "/" + url.PathEscape(string(key))
}

// Register registers the app of Auth for a scheme of a published connector: for a
// tenant, or with an empty one for all.
func (c *Catalog) Register(tb testing.TB, tenant, key, scheme string) *catalog.App {
	tb.Helper()
	app, err := c.Admin.PutApp(tb.Context(), &catalog.App{
		Tenant: tenant, Connector: connector.Key(key), Scheme: scheme, App: *c.Auth.App(),
	})
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	return app
}

// Agree plays the person who agrees in the browser, and returns the URL that it comes
// back to.
func (c *Catalog) Agree(tb testing.TB, a *catalog.Authorization) *url.URL {
	tb.Helper()
	query, err := c.Auth.Approve(a.URL)
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	asked, err := url.Parse(a.URL)
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	back, err := url.Parse(asked.Query().Get("redirect_uri"))
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	back.RawQuery = query
	return back
}

// Connect makes a connection of the principal's by "oauth2", to an installed
// connector for which Register was called.
func (c *Catalog) Connect(tb testing.TB, p catalog.Principal, key, name string) *catalog.Connection {
	tb.Helper()
	conns := c.For(p).Connections()
	a, err := conns.Begin(tb.Context(), key, "oauth2", &catalog.ConnectionRequest{Name: name, Browser: Browser()})
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	conn, err := conns.Complete(tb.Context(), a.ID, c.Agree(tb, a), Browser())
	if err != nil {
		tb.Fatalf("catalogtest: %v", err)
	}
	return conn
}
