package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
)

func TestWatch_FindsCommitsOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		var revision atomic.Int64
		f.set("SELECT revision, floor", func(int) ([][]driver.Value, error) {
			return [][]driver.Value{{revision.Load(), int64(0), int64(0)}}, nil
		})
		s := open(t, f)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		one, err := s.Watch(ctx)
		require.NoError(t, err)
		time.Sleep(10 * time.Second)
		require.Empty(t, one, "nothing has changed")
		require.Less(t, f.ran("SELECT revision, floor"), 30, "twice a second")

		revision.Store(5)
		start := time.Now()
		<-one
		require.LessOrEqual(t, time.Since(start), 500*time.Millisecond)

		// A watcher that comes meanwhile takes no wake-up from the others.
		revision.Store(6)
		two, err := s.Watch(t.Context())
		require.NoError(t, err)
		<-one

		revision.Store(2) // an older backup
		<-one
		<-two

		_, err = s.Apply(t.Context(), put("a"))
		require.NoError(t, err)
		require.Len(t, one, 1, "at once")

		cancel()
		synctest.Wait()
		<-one
		_, open := <-one
		require.False(t, open)
		require.NoError(t, s.Close())
		<-two
		_, open = <-two
		require.False(t, open)
		_, err = s.Watch(t.Context())
		require.ErrorIs(t, err, catalog.ErrClosed)
		polls := f.ran("SELECT revision, floor")
		time.Sleep(time.Hour)
		require.Equal(t, polls, f.ran("SELECT revision, floor"), "no poller is left")
	})
}
