package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

// A reference is known by its manifest, among other things, so the last known
// good form of a release must not lose it.
func TestP15_LastKnownGoodFormKeepsItsManifest(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	reference := func(host string) func(*connector.Release) {
		return func(r *connector.Release) {
			r.Artifact = connector.Artifact{URL: "docker://example/images:1.0.0", MediaType: connector.MediaReference}
			r.Manifest = &connector.Manifest{Key: "images", Version: "1.0.0", Hosts: []string{host}}
		}
	}
	first := b.feed.Offer("images", "1.0.0", nil, reference("https://first.example.com"))
	b.refresh(t)
	for _, host := range []string{"https://second.example.com", "https://third.example.com"} {
		b.feed.Offer("images", "1.0.0", nil, reference(host))
		b.refresh(t)
		d, err := b.admin.Connector(t.Context(), "images")
		require.NoError(t, err)
		require.Equal(t, first.Digest(), d.Versions[0].Digest)
		require.Equal(t, first.Manifest, d.Manifest)
		for st, err := range b.admin.Feeds(t.Context()) {
			require.NoError(t, err)
			require.Len(t, st.Problems, 1)
		}
	}
	b.reopen(t, func(o *catalog.Options) { o.RefreshEvery = -1 })
	require.Equal(t, first.Digest(), b.plan(t, "images").Items[0].Digest)
}
