package catalog_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestP10_WhatIsReportedDoneIsVisible(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	lagging := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	lagging.opts.Store = struct{ catalog.Store }{b.store} // no Watcher: hears of changes only when it asks
	lagging.opts.Installer = nil                          // and takes up no operation
	lagging.open(t)
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	_, err = op.Wait(t.Context())
	require.NoError(t, err)
	same, err := lagging.admin.Operation(t.Context(), op.ID)
	require.NoError(t, err)
	st, err := same.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, st.Finished)
	assert.Equal(t, []string{"a@1.0.0"}, lagging.published(t), "Status says done, so it is published here too")
	lagging.close(t)
}

// What a commit has written is known without reading, unless something lies between.
func TestS4_ACommitThatIsAloneIsNotReadBack(t *testing.T) {
	t.Parallel()
	for _, alone := range []bool{true, false} {
		t.Run(map[bool]string{true: "alone", false: "after another process"}[alone], func(t *testing.T) {
			t.Parallel()
			mem := catalog.NewMemStore(nil)
			store := catalogtest.NewFaultStore(mem)
			b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Store, o.Lease = struct{ catalog.Store }{store}, time.Hour })
			store.Add(catalogtest.StoreFault{Key: "skip/", Do: func(ctx context.Context) error {
				store.Add(catalogtest.StoreFault{Method: catalogtest.StoreChanges, Times: -1, Err: errors.New("down")})
				if alone {
					return nil
				}
				_, err := mem.Apply(ctx, catalog.Put("elsewhere", nil, catalog.Any()))
				return err
			}})
			_, err := b.admin.Skip(t.Context(), "a", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
			require.NoError(t, err)
			known := func() int {
				n := 0
				for _, err := range b.admin.Skips(t.Context(), "a") {
					require.NoError(t, err)
					n++
				}
				return n
			}
			assert.Equal(t, alone, known() == 1)
			store.Heal()
			b.refresh(t)
			assert.Equal(t, 1, known())
		})
	}
}

// Whoever has made a change sees it, also if the time it had was over when it was made.
func TestS2_AChangeIsSeenByWhoWasInAHurry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mem := catalog.NewMemStore(nil)
		store := catalogtest.NewFaultStore(mem)
		b := newBench(t, []string{"a@1.0.0"}, func(o *catalog.Options) { o.Store, o.FollowEvery = struct{ catalog.Store }{store}, time.Hour })
		defer b.close(t)
		store.Add(catalogtest.StoreFault{Key: "skip/", Do: func(ctx context.Context) error {
			store.Add(catalogtest.StoreFault{Method: catalogtest.StoreChanges, Delay: time.Second})
			_, err := mem.Apply(ctx, catalog.Put("elsewhere", nil, catalog.Any())) // so that there is something to be read
			return err
		}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		_, err := b.admin.Skip(ctx, "a", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
		require.NoError(t, err)
		for h, err := range b.admin.Skips(t.Context(), "a") {
			require.NoError(t, err)
			assert.Equal(t, "r", h.Reason)
			return
		}
		t.Error("there is no skip")
	})
}
