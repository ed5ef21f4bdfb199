package catalog_test

import (
	"encoding/json"
	"testing"
	"time"

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

// What a feed offers is shown at once as it will be shown when it is read from the store.
func TestP20_LastKnownGoodFormIsWhatWasTakenIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, key := range []string{"plain", "full", "odd"} {
		b.offer(key+"@1.0.0", func(r *connector.Release) { r.Stage = connector.GA })
		b.offer(key+"@1.2.0-rc.1", func(r *connector.Release) { r.Published = b.time() })
	}
	b.offer("odd@1.1.0", func(r *connector.Release) {
		r.Published, r.Stage, r.Requires = time.Date(1, 2, 3, 4, 5, 6, 789, time.UTC), connector.Preview, ">=99.0.0"
	})
	b.offer("odd@1.3.0", func(r *connector.Release) { r.Yanked = "it \u2028 loses <mails>" })
	b.offer("odd@1.4.0", func(r *connector.Release) { r.Deprecated = "use plain" })
	b.feed.Edit("full", func(c *connector.Connector) {
		c.Name, c.Description, c.Publisher = "Füll & <more>", "\u2028 says \"it\" all", "Acme \U0001F600"
		c.Categories, c.Icon = []string{"CRM", "Mail & more"}, "data:image/png;base64,aGk="
	})
	shown := func() (all []string) {
		for _, key := range []string{"plain", "full", "odd"} {
			d, err := b.admin.Connector(t.Context(), key)
			require.NoError(t, err)
			text, err := json.Marshal(d)
			require.NoError(t, err)
			all = append(all, string(text))
		}
		return all
	}
	b.refresh(t)
	before := shown()
	b.reopen(t, func(o *catalog.Options) { o.RefreshEvery = -1 })
	require.Equal(t, before, shown())
	require.Empty(t, b.status(t, "main").Problems)
}
