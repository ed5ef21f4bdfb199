package catalog_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A process that cannot reach a feed must not put back the mark that another
// one, which can, has moved on meanwhile.
func TestP20_FailureInOneProcessKeepsTheMarkOfAnother(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.feed.SetIndex(7, time.Time{})
	b.refresh(t)
	fault := catalogtest.NewFaultStore(b.store)
	down := catalogtest.NewFakeFeed("main")
	down.Fail(errors.New("no route"))
	cut := &bench{feed: down, disk: b.disk, store: b.store, opts: b.opts, now: b.now}
	cut.opts.Store, cut.opts.Feeds, cut.opts.RefreshEvery = fault, []catalog.Feed{down}, -1
	cut.open(t)
	defer cut.close(t)
	fault.Add(catalogtest.StoreFault{Key: "feed/", Do: func(context.Context) error {
		b.feed.SetIndex(8, time.Time{})
		b.offer("slack@2.0.0")
		return b.admin.Refresh(t.Context())
	}})
	require.Error(t, cut.admin.Refresh(t.Context()))
	assert.EqualValues(t, 8, cut.status(t, "main").Version)
	b.feed.Withdraw("slack", "2.0.0")
	b.feed.SetIndex(7, time.Time{})
	require.ErrorIs(t, b.admin.Refresh(t.Context()), catalog.ErrRollback)
}

// soloFeed notices when it is loaded twice at once, and takes its time to stop.
type soloFeed struct {
	catalog.Feed

	slow    time.Duration
	loading atomic.Int32
	twice   atomic.Bool
}

func (f *soloFeed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	if f.loading.Add(1) > 1 {
		f.twice.Store(true)
	}
	defer f.loading.Add(-1)
	u, err := f.Feed.Load(ctx, prev)
	if ctx.Err() != nil {
		time.Sleep(f.slow)
	}
	return u, err
}

func TestFeedIsLoadedByOneAtATimeAndNotAfterClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		second := catalogtest.NewFakeFeed("second")
		solo := &soloFeed{Feed: second, slow: time.Second} // and the first does not wait for it
		b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
			o.Feeds = append(o.Feeds, solo)
			o.RefreshEvery = time.Minute
		})
		defer b.close(t)
		defer b.feed.Block()()
		defer second.Block()()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, b.admin.Refresh(ctx), context.DeadlineExceeded)
		assert.Zero(t, solo.loading.Load(), "no Load outlives its Refresh")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.EqualValues(t, 1, solo.loading.Load(), "loading in the background")
		b.close(t)
		assert.Zero(t, solo.loading.Load(), "nor Close")
		assert.False(t, solo.twice.Load())
	})
}

func TestWaitingForAnotherRefreshHonoursTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0"})
		defer b.close(t)
		release := b.feed.Block()
		done := make(chan error, 1)
		go func() { done <- b.admin.Refresh(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		require.ErrorIs(t, b.admin.Refresh(ctx), context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		release()
		require.NoError(t, <-done)
	})
}

// A feed that cannot say "unchanged" writes nothing either when nothing has
// changed.
func TestP16_TheSameAgainIsNoChange(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
		f, ok := o.Feeds[0].(*catalogtest.FakeFeed)
		require.True(t, ok)
		o.Feeds = []catalog.Feed{&editedFeed{FakeFeed: f, edit: func(u *catalog.FeedUpdate) { u.State = catalog.FeedState{} }}}
	})
	loaded := b.status(t, "main").LoadedAt
	rev := newest(t, b)
	b.pass(time.Hour)
	b.refresh(t)
	assert.Equal(t, rev, newest(t, b))
	st := b.status(t, "main")
	assert.Equal(t, []time.Time{loaded, b.time()}, []time.Time{st.LoadedAt, st.CheckedAt})
	b.feed.Edit("slack", func(c *connector.Connector) { c.Description = "x" })
	b.refresh(t)
	assert.Equal(t, b.time(), b.status(t, "main").LoadedAt)
}

// newest is the store's newest revision, once every operation is closed.
func newest(t *testing.T, b *bench) catalog.Revision {
	t.Helper()
	b.idle(t)
	_, rev, err := b.store.Changes(t.Context(), 0, 1000)
	require.NoError(t, err)
	return rev
}

// idle waits until every operation is closed, which follows its last item in its
// own time.
func (b *bench) idle(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		open, err := b.store.List(t.Context(), "opopen/", "", 1)
		return err == nil && len(open) == 0
	}, patience, tick)
}
