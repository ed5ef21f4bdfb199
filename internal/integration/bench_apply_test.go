package integration_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// Applys one after another, and sixteen at once, of which several are one write (S4). A
// figure is the time of the whole divided by the number of Applys.

func BenchmarkSQLite_Apply(b *testing.B)         { applyBy(b, openStore(b, newPath(b)), 1) }
func BenchmarkSQLite_ApplyBy16(b *testing.B)     { applyBy(b, openStore(b, newPath(b)), 16) }
func BenchmarkPostgreSQL_Apply(b *testing.B)     { applyBy(b, newPlace(b).store(b, nil), 1) }
func BenchmarkPostgreSQL_ApplyBy16(b *testing.B) { applyBy(b, newPlace(b).store(b, nil), 16) }

func applyBy(b *testing.B, s catalog.Store, writers int) {
	b.Helper()
	least := leastSync(b)
	took := make([][]time.Duration, writers)
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			for i := 0; left.Add(-1) >= 0; i++ {
				start := time.Now()
				if _, err := s.Apply(b.Context(), catalog.Put(fmt.Sprint("key/", w, "/", i%100), value(i), catalog.Any())); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	// However many share a write, none of them can be told that it is durable sooner than the disk can do it.
	if median := all[len(all)/2]; median < least {
		b.Errorf("half of the Applys took less than %v; the disk alone takes at least %v: they are not durable", median, least)
	}
}

// leastSync is the shortest time in which a page becomes durable.
func leastSync(b *testing.B) time.Duration {
	b.Helper()
	least := time.Hour
	syncOnce := syncer(b)
	for range 50 {
		start := time.Now()
		syncOnce()
		least = min(least, time.Since(start))
	}
	return least
}

// Commits of a catalog: an entry of the audit log goes with each.
func BenchmarkSQLite_Commit(b *testing.B)     { commitBy(b, openStore(b, newPath(b)), 1) }
func BenchmarkSQLite_CommitBy16(b *testing.B) { commitBy(b, openStore(b, newPath(b)), 16) }

func commitBy(b *testing.B, s catalog.Store, writers int) {
	b.Helper()
	admin := openAdmin(b, s)
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			id := ""
			for left.Add(-1) >= 0 {
				var err error
				if id == "" {
					id, err = skip(b.Context(), admin, fmt.Sprint("publisher", w))
				} else {
					err = admin.Unskip(b.Context(), id)
					id = ""
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
