package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestP10_LateSubscriberSeesTheWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0"})
	open := b.disk.gate("b@1.0.0")
	defer open()
	op, err := b.admin.Install(t.Context(), b.plan(t, "a", "b"))
	require.NoError(t, err)
	waitFor(t, op, "a", catalog.Done)
	waitFor(t, op, "b", catalog.Fetching)
	late, err := b.admin.Operation(t.Context(), op.ID)
	require.NoError(t, err)
	var seen []string
	for st, err := range late.Progress(t.Context()) {
		require.NoError(t, err)
		seen = append(seen, fmt.Sprintf("%s %s", st.Key, st.State))
		if len(seen) == 2 {
			assert.Equal(t, []string{"a done", "b fetching"}, seen)
			open()
		}
	}
	assert.Equal(t, "b done", seen[len(seen)-1])
	st, err := op.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, st.Finished)
	assert.Equal(t, adminP, st.By)
	assert.Zero(t, st.Failed())
	n := 0
	for _, err := range b.admin.Operations(t.Context()) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 1, n)
	_, err = b.admin.Operation(t.Context(), "nope")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

// waitFor follows an operation until an item is in a state.
func waitFor(t *testing.T, op *catalog.Operation, key connector.Key, state catalog.ItemState) {
	t.Helper()
	for st, err := range op.Progress(t.Context()) {
		require.NoError(t, err)
		if st.Key == key && st.State == state {
			return
		}
	}
	require.Fail(t, "never reached", "%s %s", key, state)
}

func TestP10_ProgressHonoursContextAndClose(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	open := b.disk.gate("a@1.0.0")
	defer open()
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, err := range op.Progress(ctx) {
		cancel()
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			break
		}
	}
	done := make(chan error)
	go func() { _, err := op.Wait(t.Context()); done <- err }()
	b.close(t)
	err = <-done
	require.ErrorIs(t, err, catalog.ErrClosed)
}

func TestP10_ClosedOperationIsResumedByTheNextOpen(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0", "c@1.0.0"}, func(o *catalog.Options) { o.Parallel = 1 })
	open := b.disk.gate("b@1.0.0")
	defer open()
	op, err := b.admin.Install(t.Context(), b.plan(t, "a", "b", "c"))
	require.NoError(t, err)
	waitFor(t, op, "a", catalog.Done) // b may be fetched before
	waitFor(t, op, "b", catalog.Fetching)
	b.close(t)
	open()
	b.open(t)
	again, err := b.admin.Operation(t.Context(), op.ID)
	require.NoError(t, err)
	st, err := again.Wait(t.Context())
	require.NoError(t, err)
	for _, it := range st.Items {
		assert.Equal(t, catalog.Done, it.State, it.Err)
	}
	assert.Equal(t, 1, b.disk.count("a@1.0.0"), "what was done is not done again")
	assert.Len(t, b.published(t), 3)
}

func TestP11_ItemsAreIndependent(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0", "c@1.0.0"})
	b.disk.fail["b@1.0.0"] = errors.New("disk full")
	st := b.run(t, b.plan(t, "a", "b", "c"))
	assert.Equal(t, 1, st.Failed())
	assert.Equal(t, catalog.Failed, st.Items[1].State)
	assert.Contains(t, st.Items[1].Err, "disk full")
	require.EqualError(t, st.Err(), `catalog: install "b": `+st.Items[1].Err)
	var failed *catalog.Error
	require.ErrorAs(t, st.Err(), &failed)
	assert.Equal(t, "b", failed.Key)
	assert.Equal(t, []string{"a@1.0.0", "c@1.0.0"}, b.published(t))
	delete(b.disk.fail, "b@1.0.0")
	require.NoError(t, b.run(t, b.plan(t, "b")).Err())
}

func TestP11_InstallingTheActiveVersionIsANoOpThatSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	b.install(t, "a")
	plan := b.plan(t, "a")
	assert.True(t, plan.Items[0].Active)
	it := b.run(t, plan).Items[0]
	assert.Equal(t, []any{catalog.Skipped, "already active"}, []any{it.State, it.Note})
	assert.Equal(t, 1, b.disk.count("a@1.0.0"))
}

func TestP11_TwoOperationsOnOneConnectorNeverRunAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "b@1.0.0"}, func(o *catalog.Options) { o.Parallel = 2 })
	open := b.disk.gate("a@1.0.0")
	defer open()
	p1, p2, p3 := b.plan(t, "a@1.0.0"), b.plan(t, "a@2.0.0"), b.plan(t, "a@1.0.0")
	ops := []*catalog.Operation{}
	for _, p := range []*catalog.Plan{p1, p2, p3} {
		op, err := b.admin.Install(t.Context(), p)
		require.NoError(t, err)
		ops = append(ops, op)
		if len(ops) == 1 {
			waitFor(t, op, "a", catalog.Fetching)
		}
	}
	b.install(t, "b") // those that wait keep no slot
	open()
	states := []catalog.ItemState{}
	for _, op := range ops {
		st, err := op.Wait(t.Context())
		require.NoError(t, err)
		states = append(states, st.Items[0].State)
	}
	assert.Equal(t, []catalog.ItemState{catalog.Done, catalog.Failed, catalog.Skipped}, states,
		"the second was planned on something else; the third finds its version active")
	assert.False(t, b.disk.overlap)
	assert.Equal(t, "1.0.0", b.row(t, "a").Active)
}

func TestP12_OldVersionStaysActiveUntilTheNewOneIsCommitted(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0"})
	b.install(t, "a@1.0.0")
	b.disk.fail["a@2.0.0"] = errors.New("broken")
	open := b.disk.gate("a@2.0.0")
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	waitFor(t, op, "a", catalog.Fetching)
	assert.Equal(t, []string{"a@1.0.0"}, b.published(t))
	open()
	st, err := op.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, catalog.Failed, st.Items[0].State)
	assert.Equal(t, []string{"a@1.0.0"}, b.published(t))
	assert.Empty(t, b.row(t, "a").Previous)
}

// TestP12_EveryFailingWriteHeals makes the process die at each of the store's
// writes of an installation in turn; the next process ends the operation.
func TestP12_EveryFailingWriteHeals(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for nth := 1; ; nth++ {
			b := newBench(t, []string{"a@1.0.0", "a@2.0.0"})
			b.install(t, "a@1.0.0")
			plan := b.plan(t, "a")
			fs := catalogtest.NewFaultStore(b.store)
			b.reopen(t, func(o *catalog.Options) { o.Store = fs })
			fs.Add(catalogtest.StoreFault{Nth: nth, After: after, Crash: true})
			reached := false
			if op, err := b.admin.Install(t.Context(), plan); err == nil {
				_, err := op.Wait(within(t, 100*time.Millisecond))
				reached = err == nil
			}
			require.NoError(t, b.Close())
			b.reopen(t, func(o *catalog.Options) { o.Store = b.store })
			for op, err := range b.admin.Operations(t.Context()) {
				require.NoError(t, err)
				_, err := op.Wait(within(t, 5*time.Second))
				require.NoError(t, err, "after write %d", nth)
			}
			active := b.row(t, "a").Active
			for v, err := range b.admin.Verify(t.Context(), "") {
				require.NoError(t, err)
				require.NoError(t, v.Err, "after write %d", nth)
			}
			assert.Contains(t, []string{"1.0.0", "2.0.0"}, active)
			assert.LessOrEqual(t, len(b.disk.held()), 2)
			_, err := b.store.List(t.Context(), "lease/", "", 10)
			require.NoError(t, err)
			b.close(t)
			if reached && nth > 3 {
				assert.Equal(t, "2.0.0", active)
				break
			}
			require.Less(t, nth, 50)
		}
	}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestP12_DeadHolderIsReplacedWithinOneLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lease = 10 * time.Second
		b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Lease = lease })
		defer b.close(t)
		open := b.disk.gate("a@1.0.0")
		fs := catalogtest.NewFaultStore(b.store)
		b.reopen(t, func(o *catalog.Options) { o.Store = fs })
		op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
		require.NoError(t, err)
		waitFor(t, op, "a", catalog.Fetching)
		fs.Add(catalogtest.StoreFault{Crash: true}, catalogtest.StoreFault{Method: catalogtest.StoreGet, Crash: true})
		synctest.Wait()
		time.Sleep(lease / 2) // the dead one cannot renew

		other := &bench{feed: b.feed, disk: newFakeDisk(), store: b.store, opts: b.opts, now: b.now}
		other.opts.Store, other.opts.Installer = b.store, other.disk
		other.open(t)
		defer other.close(t)
		start := time.Now()
		again, err := other.admin.Operation(t.Context(), op.ID)
		require.NoError(t, err)
		st, err := again.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, catalog.Done, st.Items[0].State)
		assert.LessOrEqual(t, time.Since(start), lease+lease/10)

		fs.Heal() // the old holder wakes up
		open()
		synctest.Wait()
		time.Sleep(lease)
		assert.Equal(t, []string{"a@1.0.0"}, other.published(t))
		assert.Equal(t, 1, auditCount(t, other, "install.item"), "its commit was refused")
	})
}

func auditCount(t *testing.T, b *bench, action string) int {
	t.Helper()
	n := 0
	for _, err := range b.admin.Audit(t.Context(), &catalog.AuditQuery{Action: action}) {
		require.NoError(t, err)
		n++
	}
	return n
}

func TestP13_RollbackDownloadsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0"})
	b.install(t, "a@1.0.0")
	b.install(t, "a@2.0.0")
	opens := b.feed.Counts().Opens
	b.feed.Withdraw("a") // not even the feed is needed
	b.refresh(t)
	plan := b.plan(t, "a@1.0.0")
	assert.True(t, plan.Items[0].Installed)
	assert.True(t, plan.Items[0].Downgrade)
	assert.Equal(t, catalog.Done, b.run(t, plan).Items[0].State)
	assert.Equal(t, opens, b.feed.Counts().Opens)
	row := b.row(t, "a")
	assert.Equal(t, []string{"1.0.0", "2.0.0"}, []string{row.Active, row.Previous})
}

func TestP13_RollbackToADamagedVersionDownloadsItAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0"})
	b.install(t, "a@1.0.0")
	b.install(t, "a@2.0.0")
	for v, err := range b.admin.Verify(t.Context(), "a") {
		require.NoError(t, err)
		if !v.Active {
			b.disk.mu.Lock()
			clear(b.disk.files)
			b.disk.mu.Unlock()
		}
	}
	b.install(t, "a@1.0.0")
	assert.Equal(t, 2, b.disk.count("a@1.0.0"))
}

func TestConcurrentInstallsEndInOneState(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "a@3.0.0"})
	plans := []*catalog.Plan{b.plan(t, "a@1.0.0"), b.plan(t, "a@2.0.0"), b.plan(t, "a@3.0.0")}
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for _, p := range plans {
		wg.Go(func() {
			op, err := b.admin.Install(t.Context(), p)
			if err != nil {
				assert.ErrorIs(t, err, catalog.ErrStalePlan)
				return
			}
			st, err := op.Wait(t.Context())
			if assert.NoError(t, err) && st.Items[0].State == catalog.Done {
				mu.Lock()
				done++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 1, done, "the plans were made on the same state, so only one fits")
	assert.Len(t, b.disk.held(), 1)
}
