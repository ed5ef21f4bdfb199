package catalog_test

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requests is what servers have seen.
type requests struct {
	mu  sync.Mutex
	all []string
}

func (r *requests) add(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, s)
}

// take returns them and starts anew.
func (r *requests) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

// apis are two servers: the one that the manifest names, and another.
func apis(t *testing.T) (b *bench, api, other *httptest.Server, seen *requests) {
	t.Helper()
	seen = &requests{}
	record := func(w http.ResponseWriter, r *http.Request) {
		seen.add(r.Host + " " + r.Header.Get("Authorization"))
		if r.URL.Path == "/away" {
			http.Redirect(w, r, other.URL+"/stolen", http.StatusTemporaryRedirect)
		}
		if r.URL.Path == "/401" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	api, other = httptest.NewTLSServer(http.HandlerFunc(record)), httptest.NewTLSServer(http.HandlerFunc(record))
	t.Cleanup(api.Close)
	t.Cleanup(other.Close)
	roots := x509.NewCertPool()
	roots.AddCert(api.Certificate())
	roots.AddCert(other.Certificate())
	b = connectable(t, func(o *catalog.Options) {
		o.Transport = &auth.TransportOptions{AllowPrivate: true, RootCAs: roots, Attempts: 1}
	})
	b.offer("crm@1.0.0", func(r *connector.Release) {
		r.Manifest.Hosts = []string{"https://" + strings.TrimPrefix(api.URL, "https://")}
		r.Manifest.Auth = []auth.Scheme{{ID: "token", Type: auth.Bearer, Params: []auth.Param{{Key: "token", Secret: true, Role: auth.RoleRequired}, {Key: "site"}}}}
	})
	b.refresh(t)
	b.install(t, "crm")
	return b, api, other, seen
}

func fetch(t *testing.T, c *http.Client, url string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, url, nil)
	require.NoError(t, err)
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, nil
}

func TestC10_CredentialsGoToTheManifestsHostsOnly(t *testing.T) {
	t.Parallel()
	b, api, other, seen := apis(t)
	conn := b.connect(t, viewerP, "crm", "c")
	client, err := b.For(viewerP).Connections().Client(t.Context(), conn.ID)
	require.NoError(t, err)
	code, err := fetch(t, client, api.URL+"/x")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, []string{strings.TrimPrefix(api.URL, "https://") + " Bearer " + canary}, seen.take())
	code, err = fetch(t, client, api.URL+"/401")
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, code)
	assert.Len(t, seen.take(), 1, "what cannot be renewed is not sent twice")
	for _, url := range []string{other.URL + "/x", api.URL + "/away", "http://" + strings.TrimPrefix(api.URL, "https://")} {
		_, err := fetch(t, client, url)
		require.Error(t, err, url)
		assert.NotContains(t, err.Error(), canary)
	}
	for _, s := range seen.take() {
		assert.NotContains(t, s, strings.TrimPrefix(other.URL, "https://"), "nothing reached the other host")
	}
}

func TestG13_QuarantineStopsClientsThatAreOut(t *testing.T) {
	t.Parallel()
	b, api, _, seen := apis(t)
	conn := b.connect(t, viewerP, "crm", "c")
	mine := b.For(viewerP).Connections()
	client, err := mine.Client(t.Context(), conn.ID)
	require.NoError(t, err)
	require.NoError(t, b.admin.Quarantine(t.Context(), conn.ID, "leaked"))
	_, err = fetch(t, client, api.URL)
	var state *catalog.StateError
	require.ErrorAs(t, err, &state)
	assert.Equal(t, "leaked", state.Reason)
	_, err = mine.Client(t.Context(), conn.ID)
	require.ErrorIs(t, err, catalog.ErrForbidden)
	assert.Empty(t, seen.take())
	require.NoError(t, b.admin.Release(t.Context(), conn.ID))
	_, err = fetch(t, client, api.URL)
	require.NoError(t, err)
	require.NoError(t, mine.Delete(t.Context(), conn.ID))
	_, err = fetch(t, client, api.URL)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = mine.Client(t.Context(), conn.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

func TestG5_UseNeverAsksALaterPolicy(t *testing.T) {
	t.Parallel()
	b, api, _, _ := apis(t)
	conn := b.connect(t, viewerP, "crm", "c")
	b.put(t, deny("p", "crm"))
	b.assign(t, governance.Organization(), "p")
	client, err := b.For(viewerP).Connections().Client(t.Context(), conn.ID)
	require.NoError(t, err)
	_, err = fetch(t, client, api.URL)
	require.NoError(t, err)
}

func TestC8_CredentialOfAnotherConnectionDoesNotOpen(t *testing.T) {
	t.Parallel()
	b, api, _, seen := apis(t)
	one, two := b.connect(t, viewerP, "crm", "one"), b.connect(t, viewerP, "crm", "two")
	rec, err := b.store.Get(t.Context(), "connsecret/acme/"+one.ID)
	require.NoError(t, err)
	_, err = b.store.Apply(t.Context(), catalog.Put("connsecret/acme/"+two.ID, rec.Value, catalog.Any()))
	require.NoError(t, err)
	client, err := b.For(viewerP).Connections().Client(t.Context(), two.ID)
	require.NoError(t, err)
	_, err = fetch(t, client, api.URL)
	require.ErrorIs(t, err, auth.ErrTampered)
	assert.Empty(t, seen.take())
}
