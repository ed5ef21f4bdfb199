package catalog_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dieAtWork installs a@1.0.0 in a process that is killed while it works on it, and
// returns the operation's id.
func dieAtWork(t *testing.T, b *bench) string {
	t.Helper()
	dying := catalogtest.NewFaultStore(b.store)
	b.reopen(t, func(o *catalog.Options) { o.Store = dying })
	open := b.disk.gate("a@1.0.0")
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	waitFor(t, op, "a", catalog.Fetching)
	synctest.Wait()
	dying.Add(catalogtest.StoreFault{Crash: true})
	_, err = dying.Apply(t.Context())
	require.Error(t, err)
	b.close(t)
	open()
	b.opts.Store = b.store
	return op.ID
}

// A clock that is set back must not make a dead process's lease last for hours.
func TestP12_ClockSetBackDoesNotProlongALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var back time.Duration
		store := catalog.NewMemStore(&catalog.MemStoreOptions{Now: func() time.Time { return time.Now().Add(-back) }})
		b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Store, o.Lease = store, 10*time.Second })
		defer b.close(t)
		b.store = store
		id := dieAtWork(t, b)
		back = 3 * time.Hour
		b.open(t)
		start := time.Now()
		st, err := b.operation(t, id).Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, catalog.Done, st.Items[0].State)
		assert.LessOrEqual(t, time.Since(start), 2*b.opts.Lease)
	})
}

// A feed that takes its time does not delay what is under way.
func TestP12_ResumedOperationDoesNotWaitForFeeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"a@1.0.0"})
		defer b.close(t)
		id := dieAtWork(t, b)
		release := b.feed.Block()
		go func() {
			time.Sleep(time.Minute)
			release()
		}()
		start := time.Now()
		b.open(t) // which waits for the feed
		assert.Equal(t, time.Minute, time.Since(start))
		st, err := b.operation(t, id).Status(t.Context())
		require.NoError(t, err)
		assert.True(t, st.Finished)
	})
}

// An operation that cannot be read keeps no other one from being resumed.
func TestP12_DamagedOperationStopsNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"a@1.0.0"})
		defer b.close(t)
		id := dieAtWork(t, b)
		_, err := b.store.Apply(t.Context(),
			catalog.Put("opopen/0", []byte("{}"), catalog.Any()), catalog.Put("op/0", []byte("damaged"), catalog.Any()))
		require.NoError(t, err)
		b.open(t)
		_, err = b.operation(t, id).Wait(t.Context())
		require.NoError(t, err)
		_, err = b.admin.Operation(t.Context(), "0")
		require.ErrorContains(t, err, "damaged")
	})
}
