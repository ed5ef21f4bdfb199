package catalog_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// While a program is being replaced by one with other feeds, both run. The new
// one must not fail what the old one is about to do.
func TestP12_ProcessWithOtherFeedsLeavesItemsToWhoKnowsTheirs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"a@1.0.0", "b@1.0.0"}, func(o *catalog.Options) { o.Parallel = 1 })
		defer b.close(t)
		open := b.disk.gate("a@1.0.0")
		op, err := b.admin.Install(t.Context(), b.plan(t, "a", "b"))
		require.NoError(t, err)
		waitFor(t, op, "a", catalog.Fetching)
		other := b.second(t, func(o *catalog.Options) { o.Feeds = []catalog.Feed{catalogtest.NewFakeFeed("renamed")} })
		time.Sleep(3 * b.opts.Lease)
		st, err := other.operation(t, op.ID).Status(t.Context())
		require.NoError(t, err)
		assert.Equal(t, catalog.Queued, st.Items[1].State, "b is still the old one's to do")
		open()
		st, err = other.operation(t, op.ID).Wait(t.Context())
		require.NoError(t, err)
		assert.Zero(t, st.Failed())
		other.close(t)
	})
}

// When nobody who knows the feed is left, the item ends all the same.
func TestP12_ItemOfAFeedThatIsGoneForGoodFailsAndSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"a@1.0.0"})
		defer b.close(t)
		dying := catalogtest.NewFaultStore(b.store)
		b.reopen(t, func(o *catalog.Options) { o.Store = dying })
		open := b.disk.gate("a@1.0.0")
		defer open()
		op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
		require.NoError(t, err)
		waitFor(t, op, "a", catalog.Fetching)
		dying.Add(catalogtest.StoreFault{Crash: true}, catalogtest.StoreFault{Method: catalogtest.StoreNow, Crash: true})
		_, _ = dying.Now(t.Context())
		b.reopen(t, func(o *catalog.Options) {
			o.Store, o.Feeds = b.store, []catalog.Feed{catalogtest.NewFakeFeed("renamed")}
		})
		start := time.Now()
		st, err := b.operation(t, op.ID).Wait(t.Context())
		require.NoError(t, err)
		assert.LessOrEqual(t, time.Since(start), 2*b.opts.Lease)
		assert.Equal(t, catalog.Failed, st.Items[0].State)
		assert.Contains(t, st.Items[0].Err, `feed "main"`)
		assert.Empty(t, b.disk.held())
	})
}

// A plan names the feed. When another one comes first by the time of the item's
// turn, it is still the one planned that is asked.
func TestP9_ItemComesFromTheFeedThatWasPlanned(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	open := b.disk.gate("a@1.0.0")
	defer open()
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	waitFor(t, op, "a", catalog.Fetching)
	first := catalogtest.NewFakeFeed("first")
	first.Offer("a", "1.0.0", []byte("a@1.0.0"))
	first.Edit("a", func(c *connector.Connector) { c.Name = "Another" })
	other := b.second(t, func(o *catalog.Options) { o.Feeds = []catalog.Feed{first, b.feed} })
	assert.Equal(t, "first", other.row(t, "a").Feed)
	b.close(t)
	open()
	st, err := other.operation(t, op.ID).Wait(within(t, 5*time.Second))
	require.NoError(t, err)
	assert.Equal(t, catalog.Done, st.Items[0].State, st.Items[0].Err)
	assert.Zero(t, first.Counts().Opens)
	page, err := other.For(viewerP).Connector(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, "a", page.Name)
}
