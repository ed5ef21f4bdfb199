package catalog_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC8_ACredentialOpensInItsPlaceOnly puts other bytes where a sealed credential is stored.
func TestC8_ACredentialOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	type place struct {
		*bench

		mine, foreign *catalog.Connection // of one tenant, and of another
		second        *catalog.Connection
		old           []byte // what was sealed for mine before it authenticated again
	}
	secret := func(t *testing.T, p place, tenant, id string) []byte {
		rec, err := p.store.Get(t.Context(), "connsecret/"+tenant+"/"+id)
		require.NoError(t, err)
		return rec.Value
	}
	tests := []struct {
		name string
		with func(t *testing.T, p place) []byte
		want []error // any of them; nil: any error
	}{
		{"another connection's", func(t *testing.T, p place) []byte { return secret(t, p, "acme", p.second.ID) }, []error{auth.ErrTampered}},
		{"another tenant's", func(t *testing.T, p place) []byte { return secret(t, p, "other", p.foreign.ID) }, []error{auth.ErrTampered}},
		{"an older one of its own", func(t *testing.T, p place) []byte { return p.old }, []error{auth.ErrTampered}},
		{"one changed byte", func(t *testing.T, p place) []byte {
			b := secret(t, p, "acme", p.mine.ID)
			i := len(b) - 10
			b[i] = 'A' + (b[i]-'A'+1)%26
			return b
		}, []error{auth.ErrTampered, auth.ErrNotSealed}},
		{"half of it", func(t *testing.T, p place) []byte {
			b := secret(t, p, "acme", p.mine.ID)
			return append(b[:len(b)/2:len(b)/2], '"')
		}, nil},
		{"plaintext", func(*testing.T, place) []byte { return []byte(`{"values":{"token":"plain"}}`) }, nil},
		{"plaintext as a text", func(*testing.T, place) []byte { return []byte(`"plain"`) }, nil},
		{"nothing", func(*testing.T, place) []byte { return nil }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, api, _, seen := apis(t)
			p := place{bench: b, mine: b.connect(t, viewerP, "crm", "mine"), second: b.connect(t, viewerP, "crm", "second"), foreign: b.connect(t, otherP, "crm", "mine")}
			p.old = secret(t, p, "acme", p.mine.ID)
			mine := b.For(viewerP).Connections()
			_, err := mine.Reauthenticate(t.Context(), p.mine.ID, &catalog.ReauthRequest{Params: map[string]any{"token": "next"}})
			require.NoError(t, err)
			client, err := mine.Client(t.Context(), p.mine.ID)
			require.NoError(t, err)
			_, err = fetch(t, client, api.URL)
			require.NoError(t, err, "as it is, it opens")
			seen.take()
			_, err = b.store.Apply(t.Context(), catalog.Put("connsecret/acme/"+p.mine.ID, append([]byte{}, tt.with(t, p)...), catalog.Any()))
			require.NoError(t, err)
			client, err = mine.Client(t.Context(), p.mine.ID) // the one before has what it read until it hears of the change
			require.NoError(t, err)
			_, err = fetch(t, client, api.URL)
			require.Error(t, err)
			assert.True(t, tt.want == nil || slices.ContainsFunc(tt.want, func(want error) bool { return errors.Is(err, want) }), "%v", err)
			assert.NotContains(t, err.Error(), "plain\"")
			assert.Empty(t, seen.take(), "nothing is sent")
		})
	}
}
