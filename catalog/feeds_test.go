package catalog_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func slackDigest(t *testing.T, b *bench, version string) connector.Digest {
	t.Helper()
	d, err := b.admin.Connector(t.Context(), "slack")
	require.NoError(t, err)
	for _, v := range d.Versions {
		if v.Version == version {
			return v.Digest
		}
	}
	return ""
}

func TestP15_ReleaseIsImmutableAcrossReloads(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	before := slackDigest(t, b, "1.0.0")
	b.feed.Offer("slack", "1.0.0", []byte("other bytes"))
	b.feed.Edit("slack", func(c *connector.Connector) { c.Description = "changed" })
	b.refresh(t)
	assert.Equal(t, before, slackDigest(t, b, "1.0.0"), "the first one seen is kept")
	assert.Equal(t, "changed", b.row(t, "slack").Description, "the rest of the entry is taken in")
	st := b.status(t, "main")
	require.Len(t, st.Problems, 1)
	text := problemTexts(st)[0]
	for _, part := range []string{"main", "slack", "1.0.0", string(before), "P15"} {
		assert.Contains(t, text, part)
	}
	b.reopen(t) // the mark is in the store
	assert.Equal(t, before, slackDigest(t, b, "1.0.0"))
}

func TestP15_ReleaseIsImmutableWhicheverFeedItComesFrom(t *testing.T) {
	t.Parallel()
	second := catalogtest.NewFakeFeed("second")
	second.Offer("slack", "1.0.0", []byte("other bytes"))
	second.Offer("slack", "2.0.0", []byte("fine"))
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.Feeds = append(o.Feeds, second) })
	before := slackDigest(t, b, "1.0.0")
	b.feed.Withdraw("slack")
	b.refresh(t)
	assert.Equal(t, "second", b.row(t, "slack").Feed)
	assert.Empty(t, slackDigest(t, b, "1.0.0"), "the second feed's other bytes stay refused")
	assert.Contains(t, strings.Join(problemTexts(b.status(t, "second")), "\n"), string(before))
}

func TestP15_APlannedDigestIsRememberedForEver(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	b.disk.fail["slack@1.0.0"] = errors.New("no")
	b.run(t, b.plan(t, "slack@1.0.0"))
	b.feed.Withdraw("slack")
	b.refresh(t)
	b.feed.Offer("slack", "1.0.0", []byte("other bytes"))
	b.feed.Offer("slack", "3.0.0", []byte("fine"))
	b.refresh(t)
	assert.Empty(t, slackDigest(t, b, "1.0.0"))
	assert.NotEmpty(t, slackDigest(t, b, "3.0.0"))
	assert.Len(t, b.status(t, "main").Problems, 1)
}

func TestP16_FailedFeedKeepsWhatItSaidAndDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	second := catalogtest.NewFakeFeed("second")
	second.Offer("jira", "1.0.0", []byte("jira"))
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.Feeds = append(o.Feeds, second) })
	assert.Equal(t, catalog.FeedFresh, b.status(t, "main").Condition)
	b.feed.Fail(errors.New("connection refused"))
	second.Offer("zoom", "1.0.0", []byte("zoom"))
	err := b.admin.Refresh(t.Context())
	var e *catalog.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "main", e.Key)
	assert.Equal(t, []string{"jira", "slack", "zoom"}, b.rows(t, nil))
	st := b.status(t, "main")
	assert.Equal(t, []any{catalog.FeedStale, b.time(), "connection refused"}, []any{st.Condition, st.Since, st.Err})
	b.pass(time.Hour)
	require.Error(t, b.admin.Refresh(t.Context()))
	assert.Equal(t, b.time().Add(-time.Hour), b.status(t, "main").Since, "stale since the first failure")
	b.feed.Fail(nil)
	b.refresh(t)
	assert.Equal(t, catalog.FeedFresh, b.status(t, "main").Condition)
}

func TestP16_FeedThatNeverWorkedIsFailedAndHeals(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, func(o *catalog.Options) {
		f := catalogtest.NewFakeFeed("late")
		f.Fail(errors.New("down"))
		o.Feeds = append(o.Feeds, f)
	})
	assert.Equal(t, catalog.FeedFailed, b.status(t, "late").Condition)
	late, ok := b.opts.Feeds[1].(*catalogtest.FakeFeed)
	require.True(t, ok)
	late.Fail(nil)
	late.Offer("jira", "1.0.0", []byte("jira"))
	b.refresh(t)
	assert.Equal(t, catalog.FeedFresh, b.status(t, "late").Condition)
	assert.Equal(t, []string{"jira"}, b.rows(t, nil))
}

func problem(key, version string, lost connector.Loss) connector.Problem {
	return connector.Problem{Key: key, Version: version, Lost: lost, Faults: []connector.Fault{{Pointer: "/x", Line: 1, Column: 2, Reason: "bad"}}}
}

func TestP16_BadEntryIsNoDeletion(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0", "jira@1.0.0", "zoom@1.0.0"})
	b.feed.Withdraw("slack", "2.0.0")
	b.feed.Withdraw("jira")
	b.feed.Withdraw("zoom")
	b.feed.SetProblems(problem("slack", "2.0.0", connector.LostRelease), problem("jira", "", connector.LostConnector))
	b.refresh(t)
	assert.Equal(t, []string{"jira", "slack"}, b.rows(t, nil), "a good read removes, a bad entry does not")
	assert.Equal(t, "2.0.0", b.row(t, "slack").Newest, "its last known good form")
	st := b.status(t, "main")
	require.Len(t, st.Problems, 2)
	assert.Equal(t, "main", st.Problems[0].Feed)
}

func TestP16_MistypedKeyIsNoDeletion(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	b.feed.Withdraw("slack")
	b.feed.SetProblems(problem("sl ack", "", connector.LostConnector))
	b.refresh(t)
	assert.Equal(t, []string{"jira", "slack"}, b.rows(t, nil))
	b.feed.SetProblems()
	b.refresh(t)
	assert.Equal(t, []string{"jira"}, b.rows(t, nil))
}

func TestP16_BrokenFeedImplementationIsAnErrorOfTheFeed(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*catalogtest.FakeFeed){
		"bad key": func(f *catalogtest.FakeFeed) { f.Set(connector.Connector{Key: "../x"}) },
		"twice":   func(f *catalogtest.FakeFeed) { f.Set(connector.Connector{Key: "x"}, connector.Connector{Key: "x"}) },
	} {
		b := newBench(t, []string{"slack@1.0.0"})
		breakIt(b.feed)
		require.Error(t, b.admin.Refresh(t.Context()), name)
		assert.Equal(t, []string{"slack"}, b.rows(t, nil), name)
	}
}

func TestP16_VanishedConnectorStaysPublishedAndSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	b.install(t, "slack")
	b.feed.Withdraw("slack")
	b.feed.Withdraw("jira")
	b.refresh(t)
	row := b.row(t, "slack")
	assert.True(t, row.NoLongerOffered)
	assert.Equal(t, "1.0.0", row.Active)
	assert.Equal(t, []string{"slack"}, b.rows(t, nil))
	page, err := b.For(viewerP).Connector(t.Context(), "slack")
	require.NoError(t, err)
	assert.True(t, page.NoLongerOffered)
}

func TestP16_HangingFeedIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.FeedTimeout = time.Minute })
		defer b.close(t)
		defer b.feed.Block()()
		start := time.Now()
		require.ErrorIs(t, b.admin.Refresh(t.Context()), context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(start))
		assert.Equal(t, []string{"slack"}, b.rows(t, nil))
	})
}

func TestP17_EarlierFeedWinsWholeAndShadowingIsReported(t *testing.T) {
	t.Parallel()
	second := catalogtest.NewFakeFeed("second")
	second.Offer("slack", "9.0.0", []byte("nine"))
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.Feeds = append(o.Feeds, second) })
	assert.Equal(t, "1.0.0", b.row(t, "slack").Newest, "releases of two feeds are never mixed")
	st := b.status(t, "second")
	require.Len(t, st.Problems, 1)
	assert.Contains(t, problemTexts(st)[0], "P17")
	assert.Equal(t, 1, st.Connectors)
	b.reopen(t, func(o *catalog.Options) { o.Feeds[0], o.Feeds[1] = o.Feeds[1], o.Feeds[0] })
	assert.Equal(t, "9.0.0", b.row(t, "slack").Newest)
	_, err := catalog.Open(t.Context(), &catalog.Options{Feeds: []catalog.Feed{second, second, nil, catalogtest.NewFakeFeed("")}, Preview: "x", HostVersion: "v1", Lease: 1, Parallel: -1})
	for _, part := range []string{"second", "nil", "no name", "Preview", "HostVersion", "Lease", "Parallel"} {
		require.ErrorContains(t, err, part, "all faults of the options at once")
	}
	require.ErrorIs(t, err, catalog.ErrInvalid)
}

func TestP20_LastKnownGoodSurvivesARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	b.install(t, "slack")
	b.feed.Fail(errors.New("down"))
	b.reopen(t)
	assert.Equal(t, []string{"jira", "slack"}, b.rows(t, nil))
	assert.Equal(t, catalog.FeedStale, b.status(t, "main").Condition)
	b.install(t, "jira") // its artifact can still be had
}

func TestP20_PublishedNeedsNoFeed(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.feed.Edit("slack", func(c *connector.Connector) { c.Name, c.Description = "Slack", "Chat" })
	b.refresh(t)
	b.install(t, "slack")
	b.reopen(t, func(o *catalog.Options) { o.Feeds = nil })
	page, err := b.For(viewerP).Connector(t.Context(), "slack")
	require.NoError(t, err)
	assert.Equal(t, []string{"Slack", "Chat", "1.0.0"}, []string{page.Name, page.Description, page.Version})
	assert.Equal(t, "key", page.Connections.Schemes[0].ID)
	assert.Equal(t, "send", page.Activities.List[0].Name)
	assert.Equal(t, "received", page.Triggers[0].Name)
	assert.Equal(t, []string{"portable"}, page.BuildTargets)
	assert.Equal(t, []string{"https://api.slack.example"}, page.Hosts)
}

func TestP20_HighWaterMarkSurvivesARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.feed.SetIndex(7, time.Time{})
	b.refresh(t)
	b.reopen(t)
	for name, attack := range map[string]func(){
		"older":            func() { b.feed.SetIndex(6, time.Time{}) },
		"no version":       func() { b.feed.SetIndex(0, time.Time{}) },
		"same, other text": func() { b.feed.SetIndex(7, time.Time{}); b.offer("slack@2.0.0") },
	} {
		attack()
		require.ErrorIs(t, b.admin.Refresh(t.Context()), catalog.ErrRollback, name)
		assert.Equal(t, "1.0.0", b.row(t, "slack").Newest)
		b.feed.Withdraw("slack", "2.0.0")
	}
	b.feed.SetIndex(8, time.Time{})
	b.offer("slack@2.0.0")
	b.refresh(t)
	assert.Equal(t, "2.0.0", b.row(t, "slack").Newest)
}

func TestP16_ExpiredIndexIsRefusedAndAStaleOneSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.feed.SetIndex(1, b.time().Add(time.Hour))
	b.refresh(t)
	assert.Equal(t, catalog.FeedFresh, b.status(t, "main").Condition)
	b.pass(time.Hour)
	assert.Equal(t, catalog.FeedStale, b.status(t, "main").Condition, "without any load")
	require.ErrorIs(t, b.admin.Refresh(t.Context()), catalog.ErrExpired, "unchanged, and expired meanwhile")
	b.offer("slack@2.0.0")
	b.feed.SetIndex(2, b.time())
	require.ErrorIs(t, b.admin.Refresh(t.Context()), catalog.ErrExpired)
	assert.Equal(t, "1.0.0", b.row(t, "slack").Newest)
	b.feed.SetIndex(3, b.time().Add(time.Second))
	b.refresh(t)
	assert.Equal(t, "2.0.0", b.row(t, "slack").Newest)
}

func TestFeedsAreRefreshedInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.RefreshEvery = time.Minute })
		defer b.close(t)
		b.offer("jira@1.0.0")
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"jira", "slack"}, b.rows(t, nil))
		b.feed.Fail(errors.New("down"))
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, catalog.FeedStale, b.status(t, "main").Condition)
	})
}

func TestNegativeRefreshNeverAsksFeeds(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.RefreshEvery = -1 })
	assert.Empty(t, b.rows(t, nil))
	assert.Equal(t, catalog.FeedNew, b.status(t, "main").Condition)
	b.refresh(t)
	assert.Equal(t, []string{"slack"}, b.rows(t, nil))
}

func TestOtherProcessesChangesAreFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0"})
		defer b.close(t)
		other := &bench{feed: b.feed, disk: b.disk, store: b.store, opts: b.opts, now: b.now}
		other.open(t)
		defer other.close(t)
		b.install(t, "slack")
		synctest.Wait()
		assert.Equal(t, []string{"slack@1.0.0"}, other.published(t))
	})
}
