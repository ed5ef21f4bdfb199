package catalog_test

import (
	"net/http"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A scheme of type Custom is what the program registers for it, by the scheme's id; one that
// nobody registered sends nothing.
func TestC10_CustomSchemesByRegistration(t *testing.T) {
	t.Parallel()
	b, _ := vault(t, func(o *catalog.Options) {
		o.Transport = &auth.TransportOptions{Base: echo{}, Placers: map[string]auth.Placer{
			"signed": auth.PlacerFunc(func(r *http.Request, c *auth.Credentials) error {
				r.Header.Set("X-Key", "signed with "+c.Values["token"].Reveal())
				return nil
			}),
		}}
	})
	b.offer("custom@1.0.0", func(r *connector.Release) {
		params := []auth.Param{{Key: "token", Secret: true, Role: auth.RoleRequired}}
		r.Manifest.Auth = []auth.Scheme{{ID: "signed", Type: auth.Custom, Params: params}, {ID: "unknown", Type: auth.Custom, Params: params}}
	})
	b.refresh(t)
	b.install(t, "custom")
	for scheme, want := range map[string]string{"signed": "signed with s3cret", "unknown": ""} {
		conn, err := b.For(viewerP).Connections().Create(t.Context(), "custom", scheme, &catalog.ConnectionRequest{
			Name: scheme, Params: map[string]any{"token": "s3cret"},
		})
		require.NoError(t, err)
		client, err := b.For(viewerP).Connections().Client(t.Context(), conn.ID)
		require.NoError(t, err)
		got, err := echoed(t.Context(), client, "https://api.custom.example/")
		if want == "" {
			var unplaced *auth.PlacementError
			require.ErrorAs(t, err, &unplaced)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}
