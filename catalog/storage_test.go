package catalog_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestP21_PruneLeavesItsArgumentsAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0", "slack@3.0.0"})
	b.install(t, "slack@1.0.0")
	b.install(t, "slack@2.0.0")
	b.install(t, "slack@3.0.0")
	versions := []string{"2.0.0", "1.0.0", "2.0.0"}
	given := slices.Clone(versions)
	removed, err := b.admin.Prune(t.Context(), "slack", versions...)
	require.NoError(t, err)
	assert.Equal(t, []string{"1.0.0", "2.0.0"}, removed)
	assert.Equal(t, given, versions)
}

// pickyDisk cannot remove one connector's files.
type pickyDisk struct {
	*fakeDisk

	stuck connector.Key
}

func (d *pickyDisk) Remove(ctx context.Context, r *installer.Receipt) error {
	if r.Key == d.stuck {
		return errors.New("permission denied")
	}
	return d.fakeDisk.Remove(ctx, r)
}

func TestP21_StuckFilesKeepNobodyElsesFiles(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "b@1.0.0", "b@2.0.0"})
	b.install(t, "a@1.0.0", "b@1.0.0")
	b.install(t, "a", "b")
	b.reopen(t, func(o *catalog.Options) { o.Installer = &pickyDisk{b.disk, "a"} })
	removed, err := b.admin.Prune(t.Context(), "a")
	if err != nil { // unless the background was quicker to try
		require.ErrorContains(t, err, "permission denied")
	}
	assert.Equal(t, []string{"1.0.0"}, removed, "it is not installed any more; its files follow")
	removed, err = b.admin.Prune(t.Context(), "b")
	require.NoError(t, err, "not its business")
	assert.Equal(t, []string{"1.0.0"}, removed)
	assert.Equal(t, []string{"a@1.0.0", "a@2.0.0", "b@2.0.0"}, b.disk.held())
	b.reopen(t, func(o *catalog.Options) { o.Installer = b.disk })
	require.Eventually(t, func() bool { return len(b.disk.held()) == 2 }, patience, tick)
}

// What a failed attempt left, and could not be removed at once, is removed when that is possible.
func TestP12_LeftoversThatCannotBeRemovedYetAreRemovedLater(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.disk.set(func() {
		b.disk.fail["slack@1.0.0"], b.disk.stuck = errors.New("cut"), errors.New("busy")
		b.disk.files[connector.DigestOf([]byte("slack@1.0.0"))] = "half of it"
	})
	st := b.run(t, b.plan(t, "slack"))
	require.Equal(t, catalog.Failed, st.Items[0].State)
	assert.Len(t, b.disk.held(), 1)
	b.disk.set(func() { b.disk.stuck = nil })
	b.settle(t, "the disk works again")
	assert.Empty(t, b.disk.held())
}

// A version that is pruned and installed again at once keeps its files.
func TestP21_PrunedAndInstalledAgainKeepsItsFiles(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	b.install(t, "slack@1.0.0")
	b.install(t, "slack@2.0.0")
	b.disk.set(func() { b.disk.stuck = errors.New("busy") })
	_, err := b.admin.Prune(t.Context(), "slack")
	require.Error(t, err)
	b.install(t, "slack@1.0.0")
	b.disk.set(func() { b.disk.stuck = nil })
	require.Eventually(t, func() bool {
		trash, err := b.store.List(t.Context(), "trash/", "", 1)
		return err == nil && len(trash) == 0
	}, patience, tick)
	b.verify(t)
	assert.Equal(t, []string{"slack@1.0.0"}, b.published(t))
}

func TestPruneAndInstallTogetherLoseNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	other := b.second(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			_, err := other.admin.Prune(t.Context(), "slack")
			assert.True(t, err == nil || errors.Is(err, catalog.ErrNotFound), "%v", err)
		}
	}()
	for i := range 20 {
		plan, err := b.admin.Plan(t.Context(), catalog.Pick("slack", []string{"1.0.0", "2.0.0"}[i%2]))
		require.NoError(t, err)
		op, err := b.admin.Install(t.Context(), plan)
		if errors.Is(err, catalog.ErrStalePlan) {
			continue // it was installed when it was planned
		}
		require.NoError(t, err)
		st, err := op.Wait(t.Context())
		require.NoError(t, err)
		assert.NotEqual(t, catalog.Failed, st.Items[0].State, st.Items[0].Err)
	}
	<-done
	b.verify(t)
}

func TestSweepRemovesWhatNothingNames(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	b.install(t, "slack@1.0.0")
	b.install(t, "slack@2.0.0")
	b.disk.set(func() { b.disk.files[connector.DigestOf([]byte("stray"))] = "stray" })
	rev := newest(t, b)
	removed, err := b.admin.Sweep(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, removed)
	assert.Equal(t, []string{"slack@1.0.0", "slack@2.0.0"}, b.disk.held())
	assert.Greater(t, newest(t, b), rev)
	assert.Equal(t, 1, auditCount(t, b, "sweep"), "S3")
	checkChain(t, b)
	b.install(t, "slack@1.0.0")
}

// What a dead process left in the store must not forbid sweeping for ever.
func TestSweepIsNotStoppedByALeaseThatRanOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
		defer b.close(t)
		b.install(t, "slack@1.0.0")
		b.install(t, "slack@2.0.0")
		dying := catalogtest.NewFaultStore(b.store)
		b.reopen(t, func(o *catalog.Options) { o.Store = dying })
		dying.Add(catalogtest.StoreFault{Key: "inst/", Crash: true})
		_, err := b.admin.Prune(t.Context(), "slack")
		require.Error(t, err)
		b.reopen(t, func(o *catalog.Options) { o.Store = b.store })
		_, err = b.admin.Sweep(t.Context())
		require.ErrorIs(t, err, catalog.ErrInUse, "it may still be at work")
		time.Sleep(b.opts.Lease)
		_, err = b.admin.Sweep(t.Context())
		require.NoError(t, err)
		b.install(t, "slack@1.0.0")
	})
}

// While the host confirms activities, nothing is put in place that a sweep could take.
func TestSweepDoesNotWaitForTheHostToConfirm(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
		o.ActivityPublisher = publisherFunc(func(connector.Key, string, *connector.Manifest) error {
			close(asked)
			<-answer
			return nil
		})
	})
	defer close(answer)
	b.install(t, "slack@1.0.0")
	b.idle(t)
	<-asked
	_, err := b.admin.Sweep(t.Context())
	require.NoError(t, err)
}

// While everything unnamed is being removed, nothing can be put in place.
func TestSweepAndInstallExcludeEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
		defer b.close(t)
		slow := &slowSweeper{fakeDisk: b.disk, begun: make(chan struct{}), end: make(chan struct{})}
		b.reopen(t, func(o *catalog.Options) { o.Installer = slow })
		other := b.second(t)
		open := b.disk.gate("jira@1.0.0")
		op, err := other.admin.Install(t.Context(), other.plan(t, "jira"))
		require.NoError(t, err)
		_, err = b.admin.Sweep(t.Context())
		require.ErrorIs(t, err, catalog.ErrInUse, "an operation is under way")
		open()
		_, err = op.Wait(t.Context())
		require.NoError(t, err)
		synctest.Wait()

		swept := make(chan error, 1)
		go func() { _, err := b.admin.Sweep(t.Context()); swept <- err }()
		<-slow.begun
		time.Sleep(3 * b.opts.Lease) // it is kept as long as it takes
		plan := other.plan(t, "slack")
		_, err = other.admin.Install(t.Context(), plan)
		require.ErrorIs(t, err, catalog.ErrInUse)
		_, err = other.admin.Sweep(t.Context())
		require.ErrorIs(t, err, catalog.ErrInUse)
		close(slow.end)
		require.NoError(t, <-swept)
		assert.Equal(t, catalog.Done, other.run(t, plan).Items[0].State)
		other.close(t)
	})
}

type slowSweeper struct {
	*fakeDisk

	begun, end chan struct{}
}

func (s *slowSweeper) Sweep(ctx context.Context, keep []*installer.Receipt) (int, error) {
	close(s.begun)
	select {
	case <-s.end:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return s.fakeDisk.Sweep(ctx, keep)
}
