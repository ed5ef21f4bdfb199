package catalog_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// second opens another catalog, as another process would, on the same store and
// storage.
func (b *bench) second(t *testing.T, edit ...func(*catalog.Options)) *bench {
	t.Helper()
	other := &bench{feed: b.feed, disk: b.disk, store: b.store, opts: b.opts, now: b.now}
	other.opts.Store = b.store
	for _, e := range edit {
		e(&other.opts)
	}
	other.open(t)
	t.Cleanup(func() { other.close(t) })
	return other
}

func (b *bench) operation(t *testing.T, id string) *catalog.Operation {
	t.Helper()
	op, err := b.admin.Operation(t.Context(), id)
	require.NoError(t, err)
	return op
}

func (b *bench) verify(t *testing.T) {
	t.Helper()
	for v, err := range b.admin.Verify(t.Context(), "") {
		require.NoError(t, err)
		assert.NoError(t, v.Err, "%s@%s", v.Key, v.Version)
	}
}

// A worker that slept before its last write finds that another process has
// finished the item. The files that it would clean up are those now in use.
func TestP12_LateWorkerRemovesNothingThatBecameActive(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	store := catalogtest.NewFaultStore(b.store)
	b.reopen(t, func(o *catalog.Options) { o.Store = store })
	plan := b.plan(t, "a")
	store.Add(catalogtest.StoreFault{Key: "pub/", Nth: 2, Do: func(context.Context) error { // the first only checks it
		other := b.second(t)
		for op, err := range other.admin.Operations(t.Context()) {
			if assert.NoError(t, err) {
				_, err := op.Wait(within(t, 5*time.Second))
				assert.NoError(t, err)
			}
		}
		return nil
	}})
	op, err := b.admin.Install(t.Context(), plan)
	require.NoError(t, err)
	st, err := op.Wait(within(t, 5*time.Second))
	require.NoError(t, err)
	assert.Equal(t, catalog.Done, st.Items[0].State, st.Items[0].Err)
	b.close(t)
	b.reopen(t, func(o *catalog.Options) { o.Store = b.store })
	assert.Equal(t, []string{"a@1.0.0"}, b.published(t))
	b.verify(t)
	assert.Equal(t, 1, auditCount(t, b, "install.item"))
}

// A holder that cannot renew its lease stops before somebody else may start.
func TestP11_HolderThatCannotRenewStops(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]catalogtest.StoreFault{
		"failing": {Key: "lease/", Times: -1},
		"hanging": {Key: "lease/", Times: -1, Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const lease = 10 * time.Second
				b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Lease = lease })
				defer b.close(t)
				store := catalogtest.NewFaultStore(b.store)
				b.reopen(t, func(o *catalog.Options) { o.Store = store })
				open := b.disk.gate("a@1.0.0")
				defer open()
				op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
				require.NoError(t, err)
				waitFor(t, op, "a", catalog.Fetching)
				store.Add(fault)
				time.Sleep(lease + time.Millisecond)
				synctest.Wait()
				assert.Zero(t, b.disk.running["a"], "nobody works on it any more")
				store.Heal()
				open()
				st, err := op.Wait(t.Context())
				require.NoError(t, err)
				assert.Equal(t, catalog.Done, st.Items[0].State)
				assert.False(t, b.disk.overlap)
			})
		})
	}
}

// What a killed process put in place is gone when its item fails in the next.
func TestP12_LeftoverOfAKilledProcessGoesWhenTheItemFails(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	store := catalogtest.NewFaultStore(b.store)
	b.reopen(t, func(o *catalog.Options) { o.Store = store })
	plan := b.plan(t, "a")
	store.Add(catalogtest.StoreFault{Key: "inst/", Crash: true})
	op, err := b.admin.Install(t.Context(), plan)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(b.disk.held()) == 1 }, patience, tick)
	_, err = op.Wait(within(t, 50*time.Millisecond))
	require.Error(t, err)
	b.close(t)
	b.reopen(t, func(o *catalog.Options) { o.Store, o.Feeds = b.store, nil })
	st, err := b.operation(t, op.ID).Wait(within(t, 5*time.Second))
	require.NoError(t, err)
	assert.Equal(t, catalog.Failed, st.Items[0].State, "its feed is no longer configured")
	assert.Empty(t, b.disk.held())
}

func TestP12_FailedCleaningDoesNotKeepAnOperationOpen(t *testing.T) {
	t.Parallel()
	// A lease that a busy machine does not lose: it would be a second attempt.
	b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Lease = 3 * time.Second })
	b.install(t, "a")
	b.offer("a@2.0.0", func(r *connector.Release) { r.Manifest = nil })
	b.disk.manifest["a@2.0.0"] = func(m *connector.Manifest) { m.Hosts = []string{"https://evil.example"} }
	b.refresh(t)
	b.disk.set(func() { b.disk.stuck = errors.New("busy") })
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	st, err := op.Wait(within(t, 5*time.Second))
	require.NoError(t, err, "the operation ends")
	assert.Equal(t, catalog.Failed, st.Items[0].State)
	assert.Contains(t, st.Items[0].Err, "evil.example")
	assert.Equal(t, 1, b.disk.count("a@2.0.0"))
	b.disk.set(func() { b.disk.stuck = nil })
	require.Eventually(t, func() bool { return len(b.disk.held()) == 1 }, patience, tick, "and what is left follows")
}

// A store that does not answer for a moment fails no item.
func TestP12_UnreadableStoreInterruptsAndDoesNotFail(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	store := catalogtest.NewFaultStore(b.store)
	b.reopen(t, func(o *catalog.Options) { o.Store = store })
	plan := b.plan(t, "a")
	// The store cannot be followed from the item's beginning on.
	store.Add(catalogtest.StoreFault{Key: "lease/", Do: func(context.Context) error {
		store.Add(catalogtest.StoreFault{Method: catalogtest.StoreChanges, Times: 3})
		return nil
	}})
	op, err := b.admin.Install(t.Context(), plan)
	require.NoError(t, err)
	st, err := op.Wait(within(t, 5*time.Second))
	require.NoError(t, err)
	assert.Equal(t, catalog.Done, st.Items[0].State, st.Items[0].Err)
}

func TestP11_DamagedActiveVersionIsRepaired(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0"})
	b.install(t, "a@1.0.0")
	b.install(t, "a@2.0.0")
	b.disk.set(func() { clear(b.disk.files) })
	b.feed.Edit("a", func(c *connector.Connector) { c.Name = "Renamed since" })
	b.refresh(t)
	it := b.run(t, b.plan(t, "a@2.0.0")).Items[0]
	assert.Equal(t, catalog.Done, it.State, it.Err)
	assert.Contains(t, it.Note, "damaged")
	row := b.row(t, "a")
	assert.Equal(t, []string{"2.0.0", "1.0.0"}, []string{row.Active, row.Previous})
	assert.Equal(t, []string{"a@2.0.0"}, b.disk.held())
	page, err := b.For(viewerP).Connector(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, "a", page.Name, "nothing changed for users")
	it = b.run(t, b.plan(t, "a@2.0.0")).Items[0]
	assert.Equal(t, catalog.Skipped, it.State)
}

// An item that fails takes away what it brought, not what was there before.
func TestP12_FailedRollbackKeepsTheInstalledVersion(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "a@3.0.0", "z@1.0.0"}, func(o *catalog.Options) { o.Parallel = 1 })
	for _, v := range []string{"a@1.0.0", "a@2.0.0", "a@3.0.0"} {
		b.install(t, v)
	}
	open := b.disk.gate("z@1.0.0") // keeps the only slot
	defer open()
	z, err := b.admin.Install(t.Context(), b.plan(t, "z"))
	require.NoError(t, err)
	waitFor(t, z, "z", catalog.Fetching)
	first, err := b.admin.Install(t.Context(), b.plan(t, "a@1.0.0"))
	require.NoError(t, err)
	second, err := b.admin.Install(t.Context(), b.plan(t, "a@2.0.0"))
	require.NoError(t, err)
	open()
	var states []catalog.ItemState
	for _, op := range []*catalog.Operation{first, second} {
		st, err := op.Wait(t.Context())
		require.NoError(t, err)
		states = append(states, st.Items[0].State)
	}
	assert.ElementsMatch(t, []catalog.ItemState{catalog.Done, catalog.Failed}, states)
	_, err = z.Wait(t.Context())
	require.NoError(t, err)
	assert.Len(t, b.disk.held(), 4)
	b.verify(t)
}

// What changes between Install's check and its commit is caught by the commit.
func TestP9_ChangeBetweenCheckAndCommitIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0"})
	store := catalogtest.NewFaultStore(b.store)
	b.reopen(t, func(o *catalog.Options) { o.Store = store })
	plan := b.plan(t, "a@1.0.0")
	store.Add(catalogtest.StoreFault{Key: "op/", Do: func(context.Context) error {
		b.second(t).install(t, "a@2.0.0")
		return nil
	}})
	_, err := b.admin.Install(t.Context(), plan)
	require.ErrorIs(t, err, catalog.ErrStalePlan)
	require.ErrorContains(t, err, "2.0.0", "it says what is active now")
}

// A process that begins to lead an operation the moment another one has closed it keeps no
// lease behind: nobody would ever come back to end it.
func TestP12_LeadingAnOperationThatIsClosedLeavesNoLease(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	open := b.disk.gate("a@1.0.0")
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	late := catalogtest.NewFaultStore(b.store)
	looked := make(chan struct{})
	late.Add(catalogtest.StoreFault{Method: catalogtest.StoreGet, Key: "op/", Do: func(context.Context) error {
		defer close(looked)
		open()
		_, err := op.Wait(within(t, 5*time.Second))
		b.settle(t, "it is closed")
		return err
	}})
	other := b.second(t, func(o *catalog.Options) { o.Store = late })
	<-looked
	other.close(t) // and waits for what it has begun
	leases, err := b.store.List(t.Context(), "lease/", "", 1)
	require.NoError(t, err)
	assert.Empty(t, leases)
}
