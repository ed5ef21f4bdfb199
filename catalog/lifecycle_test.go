package catalog_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
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

func readiness(t *testing.T, b *bench) catalog.Readiness {
	t.Helper()
	page, err := b.For(viewerP).Connector(t.Context(), "slack")
	require.NoError(t, err)
	return page.Activities.Readiness
}

func TestP14_ActivitiesAreReadyAtOnceByDefault(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	assert.Equal(t, catalog.Readiness{Ready: true, ReadyAt: b.time()}, readiness(t, b))
}

func TestP14_ActivitiesPendForTheDelayAndSayByWhen(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.ActivityDelay = 20 * time.Minute })
	b.install(t, "slack")
	by := b.time().Add(20 * time.Minute)
	assert.Equal(t, catalog.Readiness{ReadyAt: by}, readiness(t, b), "published, but not ready")
	b.pass(20 * time.Minute)
	assert.Equal(t, catalog.Readiness{Ready: true, ReadyAt: by}, readiness(t, b))
}

type publisherFunc func(key connector.Key, version string, m *connector.Manifest) error

func (f publisherFunc) PublishActivities(_ context.Context, key connector.Key, version string, m *connector.Manifest) error {
	return f(key, version, m)
}

func TestP14_HostConfirmsAlsoAfterFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
			o.ActivityPublisher = publisherFunc(func(key connector.Key, version string, m *connector.Manifest) error {
				if key != "slack" || version != "1.0.0" || len(m.Activities) != 1 {
					return errors.New("wrong arguments")
				}
				if calls.Add(1) < 3 {
					return errors.New("not yet")
				}
				return nil
			})
		})
		defer b.close(t)
		b.install(t, "slack")
		assert.Equal(t, []string{"slack@1.0.0"}, b.published(t), "installed and ready are two facts")
		assert.False(t, readiness(t, b).Ready)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.True(t, readiness(t, b).Ready)
		assert.EqualValues(t, 3, calls.Load())
		assert.Equal(t, 1, auditCount(t, b, "activities"))
	})
}

func TestP21_PruneRemovesSupersededVersionsOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0", "slack@3.0.0"})
	for _, v := range []string{"slack@1.0.0", "slack@2.0.0", "slack@3.0.0"} {
		b.install(t, v)
	}
	_, err := b.admin.Prune(t.Context(), "slack", "3.0.0", "1.0.0", "9.0.0")
	require.ErrorIs(t, err, catalog.ErrInUse)
	require.ErrorIs(t, err, catalog.ErrNotFound, "every fault at once")
	assert.Len(t, b.disk.held(), 3, "nothing was removed")
	removed, err := b.admin.Prune(t.Context(), "slack", "1.0.0")
	require.NoError(t, err)
	assert.Equal(t, []string{"1.0.0"}, removed)
	removed, err = b.admin.Prune(t.Context(), "slack")
	require.NoError(t, err)
	assert.Equal(t, []string{"2.0.0"}, removed)
	require.Eventually(t, func() bool { return len(b.disk.held()) == 1 }, patience, tick, "by whoever empties the trash")
	assert.Equal(t, []string{"slack@3.0.0"}, b.disk.held())
	assert.Equal(t, []string{"slack@3.0.0"}, b.published(t))
	removed, err = b.admin.Prune(t.Context(), "slack")
	require.NoError(t, err)
	assert.Empty(t, removed)
	_, err = b.admin.Prune(t.Context(), "nope")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestP21_CrashBetweenCommitAndRemovalHeals(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	b.install(t, "slack@1.0.0")
	b.install(t, "slack@2.0.0")
	crash := catalogtest.NewFaultStore(b.store)
	b.reopen(t, func(o *catalog.Options) { o.Store = crash })
	crash.Add(catalogtest.StoreFault{Key: "trash/", After: true, Crash: true}) // committed, then dead
	_, err := b.admin.Prune(t.Context(), "slack")
	require.ErrorIs(t, err, catalogtest.ErrFault)
	require.NoError(t, b.Close())
	assert.Len(t, b.disk.held(), 2)
	b.reopen(t, func(o *catalog.Options) { o.Store = b.store })
	require.Eventually(t, func() bool { return len(b.disk.held()) == 1 }, patience, tick)
	assert.Equal(t, []string{"slack@2.0.0"}, b.disk.held())
}

func TestS3_EveryChangeIsInTheAuditChain(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	b.install(t, "slack@1.0.0")
	eff, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "2.0.0", Reason: "r"})
	require.NoError(t, err)
	require.NoError(t, b.admin.Unskip(t.Context(), eff.ID))
	b.disk.fail["slack@2.0.0"] = errors.New("broken")
	b.run(t, b.plan(t, "slack"))
	actions, prev := []string{}, ""
	for e, err := range b.admin.Audit(t.Context(), nil) {
		require.NoError(t, err)
		if e.Action != "install.end" { // follows the last item in its own time
			actions = append(actions, e.Action)
		}
		assert.Equal(t, prev, e.Prev)
		assert.Equal(t, b.time(), e.At)
		prev = e.Hash
		e.Hash = ""
		data, err := json.Marshal(e)
		require.NoError(t, err)
		sum := sha256.Sum256(data)
		assert.Equal(t, prev, hex.EncodeToString(sum[:]))
		if e.Action == "install.item" && e.Target == "2.0.0" {
			assert.Contains(t, e.Outcome, "broken")
		}
	}
	assert.Equal(t, []string{"feed", "install", "install.item", "skip", "unskip", "install", "install.item"}, actions)
	n := 0
	for e, err := range b.admin.Audit(t.Context(), &catalog.AuditQuery{Key: "slack", Action: "skip", After: 3, Since: b.time()}) {
		require.NoError(t, err)
		assert.Equal(t, adminP, e.By)
		n++
	}
	assert.Equal(t, 1, n)
}

func TestEventsTellWhatToReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0"})
		defer b.close(t)
		kinds := map[catalog.EventKind]int{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for e, err := range b.admin.Events(t.Context()) {
				assert.NoError(t, err)
				kinds[e.Kind]++
			}
		}()
		synctest.Wait()
		b.install(t, "slack")
		_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
		require.NoError(t, err)
		_, err = b.admin.Pin(t.Context(), "*", &catalog.Pin{Versions: "1.x", Reason: "r"})
		require.NoError(t, err)
		b.offer("jira@1.0.0")
		b.refresh(t)
		synctest.Wait()
		b.close(t) // ends the sequence
		<-done
		for _, k := range []catalog.EventKind{catalog.EventPublished, catalog.EventConnector, catalog.EventOperation, catalog.EventSkip, catalog.EventPin, catalog.EventFeed} {
			assert.Positive(t, kinds[k], k)
		}
	})
}

func TestForgottenHistoryIsReadAnew(t *testing.T) {
	t.Parallel()
	store := catalog.NewMemStore(&catalog.MemStoreOptions{Deletions: 1})
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"}, func(o *catalog.Options) { o.Store = store })
	b.install(t, "slack")
	slow := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	slow.opts.Store = struct{ catalog.Store }{store} // no Watcher: it hears of changes only when it asks
	slow.open(t)
	defer slow.close(t)
	_, err := b.admin.Skip(t.Context(), "jira", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
	require.NoError(t, err)
	b.run(t, b.plan(t, "slack")) // its own lease and operation records are among what is forgotten
	for range 3 {
		eff, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
		require.NoError(t, err)
		require.NoError(t, b.admin.Unskip(t.Context(), eff.ID))
	}
	slow.refresh(t)
	assert.Empty(t, slow.row(t, "jira").Newest)
	assert.Equal(t, "1.0.0", slow.row(t, "slack").Newest)
	assert.Equal(t, []string{"slack@1.0.0"}, slow.published(t))
}
