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
	"github.com/patchbay/patchbay/installer"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who follows events must be able to read without a gap: what happened before
// the subscription began is told as one EventResync.
func TestEventsBeginWithAResync(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	var kinds []catalog.EventKind
	for e, err := range b.admin.Events(t.Context()) {
		require.NoError(t, err)
		if kinds = append(kinds, e.Kind); len(kinds) == 1 {
			_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
			require.NoError(t, err) // between the subscription and the next read
			continue
		}
		break
	}
	assert.Equal(t, []catalog.EventKind{catalog.EventResync, catalog.EventSkip}, kinds)
}

func TestSlowSubscriberIsToldToResync(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	seen := map[catalog.EventKind]int{}
	for e, err := range b.admin.Events(t.Context()) {
		require.NoError(t, err)
		if seen[e.Kind]++; seen[catalog.EventResync] == 2 {
			break
		}
		if seen[catalog.EventResync] == 1 && len(seen) == 1 {
			for range 400 { // more than is kept for one who does not read
				eff, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
				require.NoError(t, err)
				require.NoError(t, b.admin.Unskip(t.Context(), eff.ID))
			}
		}
	}
	assert.Equal(t, 2, seen[catalog.EventResync])
}

func TestEventsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range b.admin.Events(ctx) {
		require.NoError(t, err)
		n++
		cancel()
	}
	assert.Equal(t, 1, n)
}

// scriptedInstaller reports what the test says.
type scriptedInstaller struct {
	*fakeDisk

	script func(report func(installer.Progress))
}

func (s *scriptedInstaller) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	s.script(report)
	return s.fakeDisk.Install(ctx, pkg, func(installer.Progress) {})
}

// Reports come in order, and only a commit says that an item is done.
func TestP10_ProgressNeverGoesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"a@1.0.0"})
		defer b.close(t)
		in := &scriptedInstaller{fakeDisk: b.disk, script: func(report func(installer.Progress)) {
			report(installer.Progress{Phase: installer.Fetching, Bytes: 5, Total: 7})
			synctest.Wait()
			report(installer.Progress{Phase: "done"}) // which is not its to say
			report(installer.Progress{Phase: installer.Installing, Bytes: 7, Total: 7})
			synctest.Wait()
		}}
		b.reopen(t, func(o *catalog.Options) { o.Installer = in })
		op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
		require.NoError(t, err)
		rank := map[catalog.ItemState]int{catalog.Queued: 0, catalog.Fetching: 1, catalog.Verifying: 2, catalog.Installing: 3, catalog.Activating: 4, catalog.Done: 5}
		last := catalog.ItemStatus{State: catalog.Queued}
		for st, err := range op.Progress(t.Context()) {
			require.NoError(t, err)
			assert.GreaterOrEqual(t, rank[st.State], rank[last.State], "%s after %s", st.State, last.State)
			if st.State == last.State {
				assert.GreaterOrEqual(t, st.Bytes, last.Bytes)
			}
			last = st
		}
		assert.Equal(t, catalog.Done, last.State)
		st, err := op.Status(t.Context())
		require.NoError(t, err)
		assert.True(t, st.Finished, "an item that was reported done is")
	})
}

// An item whose worker was stopped shows what the store says of it.
func TestP10_InterruptedItemShowsNoOldProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Lease = time.Minute })
		defer b.close(t)
		in := &scriptedInstaller{fakeDisk: b.disk, script: func(report func(installer.Progress)) {
			report(installer.Progress{Phase: installer.Installing, Bytes: 7, Total: 7})
		}}
		store := catalogtest.NewFaultStore(b.store)
		b.reopen(t, func(o *catalog.Options) { o.Installer, o.Store = in, store })
		synctest.Wait()
		store.Add(catalogtest.StoreFault{Key: "pub/", Nth: 2, Err: errors.New("lost")}) // the item's last write
		op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
		require.NoError(t, err)
		synctest.Wait()
		st, err := op.Status(t.Context())
		require.NoError(t, err)
		assert.Equal(t, catalog.Fetching, st.Items[0].State)
		assert.Zero(t, st.Items[0].Bytes)
		_, err = op.Wait(t.Context())
		require.NoError(t, err)
	})
}

// Opening reads what is, not all that ever was.
func TestOpenDoesNotReadHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	for range 50 {
		eff, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "9.0.0", Reason: "r"})
		require.NoError(t, err)
		require.NoError(t, b.admin.Unskip(t.Context(), eff.ID))
	}
	counted := &countingStore{Store: b.store}
	b.reopen(t, func(o *catalog.Options) { o.Store, o.RefreshEvery = counted, -1 })
	assert.Equal(t, []string{"slack@1.0.0"}, b.published(t))
	assert.Less(t, counted.records.Load(), int64(20), "of more than 100 in the audit log alone")
}

type countingStore struct {
	catalog.Store

	records atomic.Int64
}

func (c *countingStore) Changes(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
	page, next, err := c.Store.Changes(ctx, since, limit)
	c.records.Add(int64(len(page)))
	return page, next, err
}

func (c *countingStore) List(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error) {
	page, err := c.Store.List(ctx, prefix, after, limit)
	c.records.Add(int64(len(page)))
	return page, err
}

// A reader of progress that hears nothing of an item's end, because the store has
// forgotten it, reads the operation anew.
func TestP10_ReaderSurvivesForgottenHistory(t *testing.T) {
	t.Parallel()
	store := catalog.NewMemStore(&catalog.MemStoreOptions{Deletions: 1})
	b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Store = store })
	b.store = store
	open := b.disk.gate("a@1.0.0")
	defer open()
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	waitFor(t, op, "a", catalog.Fetching)
	slow := b.second(t, func(o *catalog.Options) {
		o.Store, o.Installer = struct{ catalog.Store }{store}, nil // hears of changes only when it asks
	})
	same, begun, done := slow.operation(t, op.ID), make(chan struct{}), make(chan error, 1)
	go func() {
		n := 0
		for _, err := range same.Progress(t.Context()) {
			if n++; n == 1 {
				close(begun)
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	<-begun
	open()
	_, err = op.Wait(t.Context())
	require.NoError(t, err)
	b.idle(t)
	for range 3 {
		eff, err := b.admin.Skip(t.Context(), "a", &catalog.Skip{Versions: "9.0.0", Reason: "r"})
		require.NoError(t, err)
		require.NoError(t, b.admin.Unskip(t.Context(), eff.ID))
	}
	slow.refresh(t)
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(5 * time.Second):
		t.Fatal("the reader was not told")
	}
}
