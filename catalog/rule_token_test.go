package catalog_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC11_ATokenIsAskedForOnce lets the token endpoint fail once, whatever it is asked for.
func TestC11_ATokenIsAskedForOnce(t *testing.T) {
	t.Parallel()
	faults := map[string]authtest.Step{
		"dropped before": authtest.DropBefore(), "dropped after": authtest.DropAfter(), "cut": authtest.Cut(),
		"500": authtest.Refuse(500, "server_error", ""), "503": authtest.Refuse(503, "temporarily_unavailable", ""),
		"429 at once": authtest.Reply(429, http.Header{"Retry-After": {"0"}}, ""), "no JSON": authtest.Reply(200, nil, "<html>"),
		"200 with an error": authtest.Reply(200, nil, `{"error":"invalid_grant"}`), "no token": authtest.Reply(200, nil, `{}`),
		"redirected by 307": authtest.Redirect(307, "https://elsewhere.example/token"), "redirected by 308": authtest.Redirect(308, "https://login.example.com/token"),
		"redirected by 302": authtest.Redirect(302, "https://login.example.com/token"),
	}
	ways := map[string]func(t *testing.T, f *oauth) error{
		"create": func(t *testing.T, f *oauth) error {
			_, err := f.For(viewerP).Connections().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "c"})
			return err
		},
		"complete": func(t *testing.T, f *oauth) error {
			a, back := f.begin(t, viewerP, "c")
			_, err := f.For(viewerP).Connections().Complete(t.Context(), a.ID, back, browser)
			require.Error(t, err)
			_, again := f.For(viewerP).Connections().Complete(t.Context(), a.ID, back, browser)
			require.ErrorIs(t, again, catalog.ErrUsed, "nor is the code sent twice")
			return err
		},
		"renew": func(t *testing.T, f *oauth) error {
			_, err := f.call(t.Context(), f.Catalog, viewerP, f.onlyID(t))
			return err
		},
	}
	for way, do := range ways {
		for fault, step := range faults {
			t.Run(way+": "+fault, func(t *testing.T) {
				t.Parallel()
				f := newOAuth(t, nil)
				if way == "renew" {
					f.connect(t, viewerP, "c")
					f.pass(2 * time.Hour)
				}
				before := ofConnections(t, f.store)
				f.server.Forget()
				f.server.Script(authtest.Token, step)
				err := do(t, f)
				var failed *auth.TokenError
				var state *catalog.StateError // the connection is lost, and says why
				assert.True(t, errors.As(err, &failed) || errors.As(err, &state) && way == "renew", "%v", err)
				assert.Equal(t, 1, f.server.Count(authtest.Token))
				assert.Zero(t, f.server.Reused())
				for _, secret := range f.server.Secrets() {
					assert.NotContains(t, err.Error(), secret)
				}
				if way != "renew" {
					assert.Equal(t, before, ofConnections(t, f.store), "nothing is made")
				}
			})
		}
	}
}

// onlyID is the id of the one connection.
func (f *oauth) onlyID(t *testing.T) string {
	t.Helper()
	for c, err := range f.For(viewerP).Connections().List(t.Context(), nil) {
		require.NoError(t, err)
		return c.ID
	}
	return ""
}
