package catalog_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var browser = auth.NewSecret("a cookie of vic's browser")

// oauth is a catalog with one published connector, "crm", whose schemes are those of a
// scripted authorization server: "code", "device", "machine" and "assertion".
type oauth struct {
	*bench
	server *authtest.Server
	app    *catalog.App
}

func newOAuth(t *testing.T, o *authtest.ServerOptions, edit ...func(*catalog.Options)) *oauth {
	t.Helper()
	var server authtest.ServerOptions
	if o != nil {
		server = *o
	}
	keys, err := auth.NewMemoryKeys()
	require.NoError(t, err)
	f := &oauth{}
	later := func() time.Time { return f.time() }
	server.Now = later
	f.server = authtest.NewServer(&server)
	f.bench = newBench(t, nil, append([]func(*catalog.Options){func(o *catalog.Options) {
		o.Keys = keys
		o.Tokens = &auth.TokenOptions{HTTPClient: f.server.HTTPClient()}
		o.Transport = &auth.TransportOptions{Base: f.server.Transport()}
		o.RedirectURI = func(tenant string, key connector.Key) string {
			return "https://app.example/" + url.PathEscape(tenant) + "/" + string(key) + "/callback"
		}
		o.Logger = nil
	}}, edit...)...)
	f.offer("crm@1.0.0", func(r *connector.Release) { f.schemes(r.Manifest) })
	f.refresh(t)
	f.install(t, "crm")
	f.register(t, "", "code", "device", "machine")
	return f
}

func (f *oauth) schemes(m *connector.Manifest) {
	code, device, machine := f.server.Scheme(auth.OAuth2Code), f.server.Scheme(auth.Device), f.server.Scheme(auth.ClientCredentials)
	code.ID, device.ID, machine.ID = "code", "device", "machine"
	m.Auth = []auth.Scheme{*code, *device, *machine}
	m.Hosts = []string{"https://login.example.com"}
}

// register registers the server's app for a tenant, or for all.
func (f *oauth) register(t *testing.T, tenant string, schemes ...string) {
	t.Helper()
	for _, s := range schemes {
		app, err := f.admin.PutApp(t.Context(), &catalog.App{Tenant: tenant, Connector: "crm", Scheme: s, App: *f.server.App()})
		require.NoError(t, err)
		f.app = app
	}
}

// begin begins an authorization and lets the person agree.
func (f *oauth) begin(t *testing.T, p catalog.Principal, name string) (*catalog.Authorization, *url.URL) {
	t.Helper()
	a, err := f.For(p).Connections().Begin(t.Context(), "crm", "code", &catalog.ConnectionRequest{Name: name, Browser: browser})
	require.NoError(t, err)
	return a, f.agree(t, a)
}

func (f *oauth) agree(t *testing.T, a *catalog.Authorization) *url.URL {
	t.Helper()
	query, err := f.server.Approve(a.URL)
	require.NoError(t, err)
	u, err := url.Parse(a.URL)
	require.NoError(t, err)
	back, err := url.Parse(u.Query().Get("redirect_uri"))
	require.NoError(t, err)
	back.RawQuery = query
	return back
}

func (f *oauth) connect(t *testing.T, p catalog.Principal, name string) *catalog.Connection {
	t.Helper()
	a, back := f.begin(t, p, name)
	conn, err := f.For(p).Connections().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	return conn
}

// call asks the application once, and returns its status.
func (f *oauth) call(ctx context.Context, c *catalog.Catalog, p catalog.Principal, id string) (int, error) {
	client, err := c.For(p).Connections().Client(ctx, id)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.server.URL+"/api", nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func TestC2_AuthorizationMakesAConnectionThatWorks(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn := f.connect(t, viewerP, "mine")
	assert.Equal(t, catalog.ConnectionActive, conn.State)
	assert.Equal(t, f.time().Add(time.Hour-auth.DefaultTokenSkew), conn.TokenExpires)
	status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)

	f.pass(2 * time.Hour)
	status, err = f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, 2, f.server.Count(authtest.Token), "one for the code, one to renew")
	assert.Zero(t, f.server.Reused())
}

func TestC9_AThousandGoroutinesRenewOnce(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn := f.connect(t, viewerP, "mine")
	f.server.Forget()
	f.pass(2 * time.Hour)
	var all sync.WaitGroup
	failures := make(chan error, 1000)
	for range 1000 {
		all.Go(func() {
			if status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID); err != nil || status != http.StatusOK {
				failures <- errors.Join(err, errors.New(http.StatusText(status)))
			}
		})
	}
	all.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
	assert.Equal(t, 1, f.server.Count(authtest.Token))
	assert.Zero(t, f.server.Reused())
}

func TestC2_DeviceAndMachine(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conns := f.For(viewerP).Connections()
	a, err := conns.Begin(t.Context(), "crm", "device", &catalog.ConnectionRequest{Name: "tv"})
	require.NoError(t, err)
	_, err = conns.Poll(t.Context(), a.ID)
	require.ErrorIs(t, err, auth.ErrAuthorizationPending)
	require.NoError(t, f.server.ApproveDevice(a.Device.UserCode))
	f.pass(a.Device.Interval)
	conn, err := conns.Poll(t.Context(), a.ID)
	require.NoError(t, err)
	status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)

	conn, err = conns.Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err)
	f.pass(2 * time.Hour)
	status, err = f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
}
