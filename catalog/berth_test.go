package catalog_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/installer"
)

// stepwise is an Installer whose items stop after their download, and before
// their end.
type stepwise struct {
	installer.Installer

	fetched, done chan struct{}

	mu                   sync.Mutex
	fetching, installing int
}

func (s *stepwise) add(fetching, installing int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetching += fetching
	s.installing += installing
}

// settled waits until nothing moves and returns how many items are where.
func (s *stepwise) settled() (fetching, installing int) {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetching, s.installing
}

func (s *stepwise) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	report(installer.Progress{Phase: installer.Fetching})
	s.add(1, 0)
	<-s.fetched
	report(installer.Progress{Phase: installer.Verifying})
	s.add(-1, 1)
	<-s.done
	s.add(0, -1)
	return s.Installer.Install(ctx, pkg, report)
}

// TestP10_TheNextDownloadDoesNotWaitForTheDisk: while items that are fetched are put in
// place, as many others are fetched, and no more.
func TestP10_TheNextDownloadDoesNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stepwise{fetched: make(chan struct{}), done: make(chan struct{})}
		b := newBench(t, []string{"a@1.0.0", "b@1.0.0", "c@1.0.0", "d@1.0.0", "e@1.0.0", "f@1.0.0", "g@1.0.0"})
		defer b.close(t)
		s.Installer = b.disk
		b.reopen(t, func(o *catalog.Options) { o.Installer, o.Parallel = s, 2 })
		op, err := b.admin.Install(t.Context(), b.plan(t, "a", "b", "c", "d", "e", "f", "g"))
		require.NoError(t, err)
		counts := func(fetching, installing int, why string) {
			t.Helper()
			f, i := s.settled()
			assert.Equal(t, []int{fetching, installing}, []int{f, i}, why)
		}
		counts(2, 0, "at first")
		s.fetched <- struct{}{}
		counts(2, 1, "one is fetched, and the next begins")
		s.fetched <- struct{}{}
		counts(2, 2, "as many again")
		s.fetched <- struct{}{}
		counts(1, 3, "there is no place left, so it keeps its slot")
		for range 3 {
			s.done <- struct{}{}
		}
		counts(2, 0, "who kept a slot has given it back in the end")
		close(s.done)
		close(s.fetched)
		st, err := op.Wait(t.Context())
		require.NoError(t, err)
		assert.Zero(t, st.Failed())
	})
}

// failing is an Installer that fails after it has come to a phase, once for each of them, and then does not.
type failing struct {
	installer.Installer

	after [][]installer.Phase
}

func (f *failing) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	if len(f.after) == 0 {
		return f.Installer.Install(ctx, pkg, report)
	}
	phases := f.after[0]
	f.after = f.after[1:]
	for _, phase := range phases {
		report(installer.Progress{Phase: phase})
	}
	return nil, installer.ErrRefused
}

// TestP11_WhatFailsHoldsNoPlace: wherever an item fails, the next one gets its place.
func TestP11_WhatFailsHoldsNoPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"a@1.0.0"})
		defer b.close(t)
		f := &failing{Installer: b.disk, after: [][]installer.Phase{
			nil,
			{installer.Fetching},
			{installer.Fetching, installer.Verifying},
			{installer.Fetching, installer.Verifying, installer.Installing},
			{installer.Verifying, installer.Fetching}, // again: what was kept is damaged
		}}
		times := len(f.after)
		b.reopen(t, func(o *catalog.Options) { o.Installer, o.Parallel = f, 1 })
		for i := range times + 1 {
			op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			st, err := op.Wait(ctx)
			cancel()
			require.NoError(t, err, "attempt %d", i)
			assert.Equal(t, i < times, st.Failed() == 1, "attempt %d", i)
		}
	})
}
