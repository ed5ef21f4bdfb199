package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No record holds a secret outside of what is sealed, and no audit entry.
func TestC8_SecretsAreStoredSealedOnly(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	b, _ := vault(t)
	search := func() {
		t.Helper()
		secrets := append(f.server.Secrets(), "s3cret-one", "s3cret-two", browser.Reveal())
		assert.Greater(t, len(secrets), 6)
		for _, store := range []catalog.Store{b.store, f.store} {
			for _, rec := range whole(t, store) {
				for _, s := range secrets {
					assert.NotContains(t, string(rec.Value), s, rec.Key)
					assert.NotContains(t, rec.Key, s)
				}
			}
		}
	}
	conn, err := b.store1(t.Context(), "mine", "s3cret-one")
	require.NoError(t, err)
	f.connect(t, viewerP, "theirs")
	search()
	_, err = b.For(viewerP).Connections().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{"token": "s3cret-two"}})
	require.NoError(t, err)
	_, _ = f.begin(t, viewerP, "under way")
	search()
}

// A credential that cannot be read any more, for whatever reason, can be given anew.
func TestC8_LostCredentialsAreGivenAnew(t *testing.T) {
	t.Parallel()
	b, _ := vault(t)
	for name, value := range map[string]string{"truncated": `"UEJT`, "no record": `{`, "plaintext": `"s3cret"`, "empty": ""} {
		conn, err := b.store1(t.Context(), name, "s3cret-one")
		require.NoError(t, err)
		_, err = b.store.Apply(t.Context(), catalog.Put("connsecret/acme/"+conn.ID, []byte(value), catalog.Any()))
		require.NoError(t, err)
		_, err = b.carried(t.Context(), conn.ID)
		require.Error(t, err, name)
		_, err = b.For(viewerP).Connections().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{"token": "s3cret-two"}})
		require.NoError(t, err, name)
		got, err := b.carried(t.Context(), conn.ID)
		require.NoError(t, err, name)
		assert.Equal(t, "s3cret-two", got)
	}
}
