package catalog_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC12_AddressesOfAManifestPassTheGuard has a server on loopback, whose certificate is trusted,
// and names it in every way that a manifest may have.
//
//nolint:tparallel // all look at what has reached one server
func TestC12_AddressesOfAManifestPassTheGuard(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"access_token":"t","token_type":"bearer"}`))
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	named := func(host string) string { return strings.Replace(server.URL, "127.0.0.1", host, 1) }
	urls := map[string]string{
		"loopback": server.URL, "a name of loopback": named("localhost"), "a mapped address": named("[::ffff:127.0.0.1]"), "IPv6 loopback": named("[::1]"),
		"another loopback address": named("127.1.2.3"), "one number": named("2130706433"), "hexadecimal": named("0x7f.1"), "with a dot": named("localhost."),
		"no encryption": strings.Replace(server.URL, "https", "http", 1), "unspecified": named("0.0.0.0"), "a user": named("a:b@127.0.0.1"),
		"link-local": "https://169.254.169.254", "private": "https://10.0.0.1", "another scheme": "file:///etc",
	}
	open := func(t *testing.T, private bool) *bench {
		keys, err := auth.NewMemoryKeys()
		require.NoError(t, err)
		return newBench(t, nil, func(o *catalog.Options) {
			o.Keys = keys
			o.Tokens = &auth.TokenOptions{RootCAs: roots, AllowPrivate: private}
			o.Transport = &auth.TransportOptions{RootCAs: roots, AllowPrivate: private, Attempts: 1}
		})
	}
	// publish offers and installs a connector with an address in it; the earliest refusal counts.
	publish := func(t *testing.T, b *bench, edit func(m *connector.Manifest)) error {
		b.offer("crm@1.0.0", func(r *connector.Release) { edit(r.Manifest) })
		if err := b.admin.Refresh(t.Context()); err != nil {
			return err
		}
		plan, err := b.admin.Plan(t.Context(), catalog.Pick("crm", ""))
		if err != nil {
			return err
		}
		b.run(t, plan)
		_, err = b.For(viewerP).Connector(t.Context(), "crm")
		return err
	}
	ways := map[string]func(t *testing.T, b *bench, url string) error{
		"token endpoint": func(t *testing.T, b *bench, url string) error {
			if err := publish(t, b, func(m *connector.Manifest) {
				m.Auth = []auth.Scheme{{ID: "machine", Type: auth.ClientCredentials, TokenURL: url + "/token"}}
			}); err != nil {
				return err
			}
			_, err := b.admin.PutApp(t.Context(), &catalog.App{Connector: "crm", Scheme: "machine", App: auth.App{ClientID: "c", ClientSecret: auth.NewSecret(canary)}})
			if err != nil {
				return err
			}
			_, err = b.For(viewerP).Connections().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "c"})
			return err
		},
		"host": func(t *testing.T, b *bench, url string) error {
			if err := publish(t, b, func(m *connector.Manifest) {
				m.Hosts = []string{url}
				m.Auth = []auth.Scheme{{ID: "token", Type: auth.Bearer, Params: []auth.Param{{Key: "token", Secret: true, Role: auth.RoleRequired}}}}
			}); err != nil {
				return err
			}
			conn, err := b.For(viewerP).Connections().Create(t.Context(), "crm", "token", &catalog.ConnectionRequest{Name: "c", Params: map[string]any{"token": canary}})
			if err != nil {
				return err
			}
			client, err := b.For(viewerP).Connections().Client(t.Context(), conn.ID)
			if err != nil {
				return err
			}
			_, err = fetch(t, client, url+"/x")
			return err
		},
	}
	for way, do := range ways {
		for name, url := range urls {
			t.Run(way+": "+name, func(t *testing.T) {
				err := do(t, open(t, false), url)
				require.Error(t, err)
				assert.NotContains(t, err.Error(), canary)
				assert.Zero(t, reached.Load(), "nothing has got there")
			})
		}
	}
	for way, do := range ways {
		t.Run(way+": by option", func(t *testing.T) {
			require.NoError(t, do(t, open(t, true), server.URL))
			assert.NotZero(t, reached.Swap(0))
		})
	}
}
