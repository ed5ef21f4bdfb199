package oauth_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/integration/browser"
)

const (
	connectorKey = "notes"
	version      = "1.0.0"
)

// The schemes of the connector: by a person in a browser, with an app that has a secret
// or a key; by a person beside a device; and by the app itself.
const (
	byPerson = "person"
	bySigned = "signed"
	byDevice = "device"
	byRobot  = "robot"
)

// manifest describes the server's API as a connector.
func (s *realServer) manifest() *connector.Manifest {
	scheme := func(id string, typ auth.Type, q *auth.Quirks, scopes ...string) auth.Scheme {
		return auth.Scheme{ID: id, Type: typ, Issuer: s.issuer, Quirks: q, Scopes: scopes}
	}
	m := &connector.Manifest{
		Key: connectorKey, Version: version, Hosts: []string{s.issuer}, Probe: s.api,
		Auth: []auth.Scheme{
			scheme(byPerson, auth.OAuth2Code, nil, lasting...),
			scheme(bySigned, auth.OAuth2Code, &auth.Quirks{AssertionAudience: s.audience}, lasting...),
			scheme(byDevice, auth.Device, &auth.Quirks{ClientAuth: auth.ClientAuthNone}, lasting...),
			scheme(byRobot, auth.ClientCredentials, nil, "notes.read"),
		},
	}
	return m
}

// connected is a catalog in which the connector is published and the tenant's apps are
// registered. Its clock is ahead of the server's by what a test has let pass.
type connected struct {
	*catalogtest.Catalog

	server *realServer
	conns  *catalog.Connections
}

// reach lets a catalog reach a server on loopback.
func (s *realServer) reach(o *catalog.Options) {
	o.Tokens = &auth.TokenOptions{AllowPrivate: true, RootCAs: s.roots}
	o.Transport = &auth.TransportOptions{AllowPrivate: true, RootCAs: s.roots, Attempts: 1}
}

func (s *realServer) open(t *testing.T, edit ...func(*catalog.Options)) *connected {
	t.Helper()
	clock := catalogtest.NewClock(time.Now())
	c := &connected{server: s, Catalog: catalogtest.NewWith(t, func(o *catalog.Options) {
		o.Clock = clock.Now
		s.reach(o)
		for _, e := range edit {
			e(o)
		}
	})}
	c.Clock = clock
	m := s.manifest()
	c.Feed.Offer(m.Key, m.Version, installertest.TarGz(installertest.ManifestFile(m)), func(r *connector.Release) { r.Manifest = m })
	require.NoError(t, c.Admin.Refresh(t.Context()))
	c.Install(t, connectorKey)
	for id, app := range map[string]*auth.App{byPerson: webApp(), bySigned: s.signedApp(), byDevice: publicApp(), byRobot: webApp()} {
		_, err := c.Admin.PutApp(t.Context(), &catalog.App{Tenant: "acme", Connector: connectorKey, Scheme: id, App: *app})
		require.NoError(t, err)
	}
	c.conns = c.Viewer.Connections()
	return c
}

// begin begins a connection, and lets the person agree in the browser.
func (c *connected) begin(t *testing.T, scheme, name string) (*catalog.Authorization, *url.URL) {
	t.Helper()
	a, err := c.conns.Begin(t.Context(), connectorKey, scheme, &catalog.ConnectionRequest{Name: name, Browser: catalogtest.Browser()})
	require.NoError(t, err)
	return a, c.agree(t, a)
}

func (c *connected) agree(t *testing.T, a *catalog.Authorization) *url.URL {
	t.Helper()
	back, err := c.server.browser.Visit(t.Context(), a.URL, browser.Allow)
	require.NoError(t, err)
	require.NotNil(t, back)
	return back
}

// connect makes a connection.
func (c *connected) connect(t *testing.T, scheme string) *catalog.Connection {
	t.Helper()
	a, back := c.begin(t, scheme, "Notes by "+scheme)
	conn, err := c.conns.Complete(t.Context(), a.ID, back, catalogtest.Browser())
	require.NoError(t, err)
	return conn
}

// ask sends one request by the connection.
func ask(ctx context.Context, conns *catalog.Connections, id, at string) error {
	client, err := conns.Client(ctx, id)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	return get(ctx, client, at)
}

func get(ctx context.Context, client *http.Client, at string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the API says %s", resp.Status)
	}
	return nil
}

func (c *connected) ask(t *testing.T, conn *catalog.Connection) error {
	t.Helper()
	return ask(t.Context(), c.conns, conn.ID, c.server.api)
}

// state returns the state of a connection.
func (c *connected) state(t *testing.T, conn *catalog.Connection) catalog.ConnectionState {
	t.Helper()
	now, err := c.conns.Get(t.Context(), conn.ID)
	require.NoError(t, err)
	return now.State
}
