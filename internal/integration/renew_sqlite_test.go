package integration_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
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
	"github.com/patchbay/patchbay/installer/installertest"
)

// renewing is what a process needs to know to use a connection whose token has ended. It stands in a
// file beside the database.
type renewing struct {
	Server     string        `json:"server"` // where it really listens
	Keys       string        `json:"keys"`
	Connection string        `json:"connection"`
	Ahead      time.Duration `json:"ahead"` // of the real time
	Lease      time.Duration `json:"lease"` // 0: as usual, so that a busy machine can keep it
}

const renewCallers = 100 // in each process

var renewUser = catalog.Principal{Tenant: "acme", User: "vic", Roles: []string{catalog.RoleViewer}}

// detour sends what is for the authorization server to where it listens.
type detour struct{ to *url.URL }

func (d detour) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.Host = d.to.Scheme, d.to.Host, d.to.Host
	return http.DefaultTransport.RoundTrip(out)
}

func (n *renewing) now() time.Time { return time.Now().Add(n.Ahead) }

// open opens a catalog as each process does.
func (n *renewing) open(ctx context.Context, s catalog.Store, edit ...func(*catalog.Options)) (*catalog.Catalog, error) {
	keys, err := auth.OpenKeyFile(ctx, n.Keys, nil)
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(n.Server)
	if err != nil {
		return nil, err
	}
	opts := &catalog.Options{
		Store: s, Keys: keys, Clock: n.now, Lease: n.Lease, RefreshEvery: -1,
		Tokens:    &auth.TokenOptions{HTTPClient: &http.Client{Transport: detour{to}}},
		Transport: &auth.TransportOptions{Base: detour{to}},
	}
	for _, e := range edit {
		e(opts)
	}
	return catalog.Open(ctx, opts)
}

// use uses the connection from many goroutines at a time.
func (n *renewing) use(ctx context.Context, c *catalog.Catalog) error {
	errs := make([]error, renewCallers)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = n.useOnce(ctx, c) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (n *renewing) useOnce(ctx context.Context, c *catalog.Catalog) error {
	client, err := c.For(renewUser).Connections().Client(ctx, n.Connection)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://login.example.com/api", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		return errors.Join(err, errors.New(resp.Status))
	}
	return nil
}

// renewInProcess is the work of a process that uses the connection.
func renewInProcess(ctx context.Context, s catalog.Store) error {
	text, err := os.ReadFile(os.Getenv(fileEnv) + ".renewing")
	if err != nil {
		return err
	}
	var n renewing
	if err := json.Unmarshal(text, &n); err != nil {
		return err
	}
	c, err := n.open(ctx, s)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(os.Stdout, "ready"); err != nil {
		return errors.Join(err, c.Close())
	}
	return errors.Join(n.use(ctx, c), c.Close())
}

// newRenewing makes a connection in a file, whose token has ended for all who open it from then on.
func newRenewing(t *testing.T, path string, lease time.Duration) (*renewing, *authtest.Server) {
	t.Helper()
	n := &renewing{Lease: lease, Keys: filepath.Join(filepath.Dir(path), "keys")}
	server := authtest.NewServer(&authtest.ServerOptions{Now: func() time.Time { return n.now() }})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	n.Server = web.URL
	_, err := auth.OpenKeyFile(t.Context(), n.Keys, &auth.KeyFileOptions{Create: true})
	require.NoError(t, err)

	scheme := server.Scheme(auth.OAuth2Code)
	scheme.ID = "code"
	m := &connector.Manifest{Key: "crm", Version: "1.0.0", Auth: []auth.Scheme{*scheme}, Hosts: []string{server.URL}}
	feed := catalogtest.NewFakeFeed("main")
	feed.Offer("crm", "1.0.0", installertest.TarGz(installertest.ManifestFile(m)), func(r *connector.Release) { r.Manifest = m })
	c, err := n.open(t.Context(), openStore(t, path), func(o *catalog.Options) {
		o.Feeds, o.Installer, o.RefreshEvery = []catalog.Feed{feed}, &installertest.Fake{}, time.Hour
		o.RedirectURI = func(string, connector.Key) string { return "https://app.example/callback" }
	})
	require.NoError(t, err)
	admin, err := c.Manage(catalog.Principal{Tenant: "acme", User: "ada", Roles: []string{catalog.RoleAdmin}})
	require.NoError(t, err)
	plan, err := admin.Plan(t.Context(), catalog.Pick("crm", ""))
	require.NoError(t, err)
	op, err := admin.Install(t.Context(), plan)
	require.NoError(t, err)
	st, err := op.Wait(t.Context())
	require.NoError(t, err)
	require.Equal(t, catalog.Done, st.Items[0].State, st.Items[0].Err)
	_, err = admin.PutApp(t.Context(), &catalog.App{Connector: "crm", Scheme: "code", App: *server.App()})
	require.NoError(t, err)

	conns, browser := c.For(renewUser).Connections(), auth.NewSecret("a cookie")
	a, err := conns.Begin(t.Context(), "crm", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser})
	require.NoError(t, err)
	query, err := server.Approve(a.URL)
	require.NoError(t, err)
	conn, err := conns.Complete(t.Context(), a.ID, &url.URL{Scheme: "https", Host: "app.example", Path: "/callback", RawQuery: query}, browser)
	require.NoError(t, err)
	require.NoError(t, c.Close())

	n.Connection, n.Ahead = conn.ID, 2*time.Hour
	text, err := json.Marshal(n)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path+".renewing", text, 0o600))
	server.Forget()
	return n, server
}

func TestC9_TwoCatalogsOnOneFileRenewOnce(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	n, server := newRenewing(t, path, 0)
	var all sync.WaitGroup
	for range 2 {
		c, err := n.open(t.Context(), openStore(t, path))
		require.NoError(t, err)
		all.Go(func() {
			if err := errors.Join(n.use(t.Context(), c), c.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	assert.Equal(t, 1, server.Count(authtest.Token))
	assert.Zero(t, server.Reused())
}

// An outage is shared, too.
func TestC9_TwoCatalogsOnOneFileShareAFailure(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	n, server := newRenewing(t, path, 0)
	server.Script(authtest.Token, authtest.Reply(503, nil, ""))
	for range 2 {
		c, err := n.open(t.Context(), openStore(t, path))
		require.NoError(t, err)
		var failed *catalog.RenewalError
		require.ErrorAs(t, n.use(t.Context(), c), &failed)
		require.NoError(t, c.Close())
	}
	assert.Equal(t, 1, server.Count(authtest.Token))
}

func TestC9_ProcessesRenewOnce(t *testing.T) {
	t.Parallel()
	const processes = 3
	path := newPath(t)
	_, server := newRenewing(t, path, 0)
	answer := make(chan struct{})
	server.Script(authtest.Token, authtest.Hold(answer)) // until all wait for it
	var all sync.WaitGroup
	for range processes {
		cmd, out := startWorker(t, "renew", path)
		require.True(t, out.Scan())
		all.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("a process failed: %v", err)
			}
		})
	}
	close(answer)
	all.Wait()
	assert.Equal(t, 1, server.Count(authtest.Token))
	assert.Zero(t, server.Reused())
}

// A process that is killed while the provider answers leaves a connection that waits for its
// owner: nobody knows what became of the refresh token, and nobody sends it again.
func TestC9_AKilledProcessLeavesNoLoop(t *testing.T) {
	t.Parallel()
	const lease = time.Second
	path := newPath(t)
	n, server := newRenewing(t, path, lease)
	answer := make(chan struct{})
	defer close(answer)
	server.Script(authtest.Token, authtest.Hold(answer))
	cmd, out := startWorker(t, "renew", path)
	require.True(t, out.Scan())
	require.Eventually(t, func() bool { return server.Count(authtest.Token) == 1 }, time.Minute, time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())

	for range 2 {
		c, err := n.open(t.Context(), openStore(t, path))
		require.NoError(t, err)
		start := time.Now()
		var state *catalog.StateError
		require.ErrorAs(t, n.useOnce(t.Context(), c), &state)
		assert.Equal(t, catalog.ConnectionNeedsReauth, state.State)
		assert.Less(t, time.Since(start), 30*lease, "it takes one lease to know, and a busy machine its time")
		require.NoError(t, c.Close())
	}
	assert.Equal(t, 1, server.Count(authtest.Token))
	assert.Zero(t, server.Reused())
}
