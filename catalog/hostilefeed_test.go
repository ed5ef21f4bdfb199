package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A feed that states a version twice keeps the first and reports the second.
func TestP16_ReleaseThatIsOfferedAndLostIsTakenOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	b.feed.SetProblems(problem("slack", "2.0.0", connector.LostRelease))
	b.feed.Edit("slack", func(c *connector.Connector) { c.Description = "changed" })
	b.refresh(t)
	assert.Equal(t, "changed", b.row(t, "slack").Description)
	b.install(t, "slack@2.0.0")
	b.reopen(t)
	assert.Equal(t, []string{"slack@2.0.0"}, b.published(t))
}

// What a Feed should have refused does not get into the store, from where it
// could never be read again, and costs no more than itself.
func TestP16_UnsoundEntryOfACarelessFeedSpoilsNothing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edit func(c *connector.Connector)
		key  string // of the problem
	}{
		"no version":   {func(c *connector.Connector) { c.Releases[1].Version = "v2" }, "slack"},
		"twice":        {func(c *connector.Connector) { c.Releases[1].Version = "1.0.0" }, "slack"},
		"no digest":    {func(c *connector.Connector) { c.Releases[1].Artifact.Digest = "" }, "slack"},
		"other's name": {func(c *connector.Connector) { c.Releases[1].Manifest.Key = "jira" }, "slack"},
		"not JSON": {func(c *connector.Connector) {
			c.Releases[1].Manifest.Activities[0].Input = json.RawMessage("{")
		}, "slack"},
		"JSON twice": {func(c *connector.Connector) {
			c.Releases[1].Manifest.Activities[0].Input = json.RawMessage(`{"type":"object","type":"array"}`)
		}, "slack"},
		"JSON surrogate": {func(c *connector.Connector) {
			c.Releases[1].Manifest.Activities[0].Input = json.RawMessage(`{"title":"\ud800"}`)
		}, "slack"},
		"year 10000": {func(c *connector.Connector) {
			c.Releases[1].Published = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		}, "slack"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
			b.offer("slack@2.0.0")
			b.offer("zoom@1.0.0")
			careless := &editedFeed{FakeFeed: b.feed, edit: func(u *catalog.FeedUpdate) {
				for i := range u.Connectors {
					if u.Connectors[i].Key == "slack" {
						tc.edit(&u.Connectors[i])
					}
				}
			}}
			b.reopen(t, func(o *catalog.Options) { o.Feeds = []catalog.Feed{careless} })
			assert.Equal(t, []string{"jira", "slack", "zoom"}, b.rows(t, nil), "all but the bad release is there")
			assert.Equal(t, "1.0.0", b.row(t, "slack").Newest)
			st := b.status(t, "main")
			require.Len(t, st.Problems, 1)
			assert.Equal(t, []string{tc.key, "main"}, []string{st.Problems[0].Key, st.Problems[0].Feed})
			require.NotEmpty(t, st.Problems[0].Faults)
			b.refresh(t)
			assert.Len(t, b.status(t, "main").Problems, 1, "it stays reported")
			b.install(t, "zoom", "slack")
			b.reopen(t)
			assert.Len(t, b.published(t), 2)
		})
	}
}

// editedFeed changes what a FakeFeed says.
type editedFeed struct {
	*catalogtest.FakeFeed

	edit func(*catalog.FeedUpdate)
}

func (f *editedFeed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	u, err := f.FakeFeed.Load(ctx, prev)
	if err == nil && !u.Unchanged {
		f.edit(u)
	}
	return u, err
}

// An update that the store cannot take is that feed's failure: neither Open
// nor the other feeds suffer from it.
func TestP16_UpdateTooLargeForTheStoreIsTheFeedsFailure(t *testing.T) {
	t.Parallel()
	second := catalogtest.NewFakeFeed("second")
	second.Offer("jira", "1.0.0", []byte("jira"))
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
		o.Feeds = append(o.Feeds, second)
		o.Store = catalog.NewMemStore(&catalog.MemStoreOptions{MaxBytes: 64 << 10})
	})
	b.feed.Edit("slack", func(c *connector.Connector) { c.Description = strings.Repeat("x", 60<<10) })
	b.offer("zoom@1.0.0", func(r *connector.Release) { r.Notes = strings.Repeat("x", 60<<10) })
	second.Offer("notion", "1.0.0", []byte("notion"))
	err := b.admin.Refresh(t.Context())
	require.ErrorIs(t, err, catalog.ErrStoreFull)
	var e *catalog.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "main", e.Key)
	assert.Equal(t, []string{"jira", "notion", "slack"}, b.rows(t, nil))
	assert.Equal(t, catalog.FeedStale, b.status(t, "main").Condition)
}

func TestP16_ConnectorTooLargeForTheStoreIsAProblem(t *testing.T) {
	if raceEnabled {
		t.Skip("handles 100 MB, which the race detector makes slow")
	}
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	text := strings.Repeat("<", 60<<10) // six bytes each in the store
	b.feed.Edit("slack", func(c *connector.Connector) {
		for i := range 200 {
			r := c.Releases[0]
			r.Version, r.Notes, r.Manifest = fmt.Sprintf("2.0.%d", i), text, nil
			c.Releases = append(c.Releases, r)
		}
	})
	b.offer("zoom@1.0.0")
	b.refresh(t)
	assert.Equal(t, []string{"jira", "slack", "zoom"}, b.rows(t, nil))
	st := b.status(t, "main")
	require.Len(t, st.Problems, 1)
	assert.Equal(t, connector.LostConnector, st.Problems[0].Lost)
	assert.Equal(t, "1.0.0", b.row(t, "slack").Newest, "its last known good form")
}

// The text of a failure is a stranger's too.
func TestP16_EndlessErrorTextIsCut(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.feed.Fail(errors.New("html: " + strings.Repeat("\xff<p>é", 1<<20)))
	require.Error(t, b.admin.Refresh(t.Context()))
	st := b.status(t, "main")
	assert.Equal(t, catalog.FeedStale, st.Condition)
	assert.Less(t, len(st.Err), 10_000)
	assert.Contains(t, st.Err, "html: ")
	for e, err := range b.admin.Audit(t.Context(), nil) {
		require.NoError(t, err)
		assert.Less(t, len(e.Outcome), 10_000)
	}
	require.Error(t, b.admin.Refresh(t.Context()))
	assert.Equal(t, 2, auditCount(t, b, "feed"), "the same failure is one change")
}

func TestP16_ExpiryThatCannotBeStoredIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	careless := &editedFeed{FakeFeed: b.feed, edit: func(u *catalog.FeedUpdate) {
		u.Expires = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	}}
	b.reopen(t, func(o *catalog.Options) { o.Feeds = []catalog.Feed{careless} })
	b.feed.SetIndex(9, time.Time{})
	require.Error(t, b.admin.Refresh(t.Context()))
	st := b.status(t, "main")
	assert.Equal(t, []any{catalog.FeedStale, uint64(0)}, []any{st.Condition, st.Version})
}
