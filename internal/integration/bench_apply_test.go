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

// Rows written one after another, and by sixteen at once, of which several are one write (S4). A
// figure is the time of the whole divided by the number of rows.

func BenchmarkSQLite_Apply(b *testing.B)     { writeBy(b, applying(b, openStore(b, newPath(b))), 1) }
func BenchmarkSQLite_ApplyBy16(b *testing.B) { writeBy(b, applying(b, openStore(b, newPath(b))), 16) }
func BenchmarkPostgreSQL_Apply(b *testing.B) { writeBy(b, applying(b, newPlace(b).store(b, nil)), 1) }
func BenchmarkPostgreSQL_ApplyBy16(b *testing.B) {
	writeBy(b, applying(b, newPlace(b).store(b, nil)), 16)
}
func BenchmarkSQLite_Commit(b *testing.B) { writeBy(b, committing(b, openStore(b, newPath(b))), 1) }
func BenchmarkSQLite_CommitBy16(b *testing.B) {
	writeBy(b, committing(b, openStore(b, newPath(b))), 16)
}

// write is one row of a writer, of which there are at most sixteen.
type write func(writer int) error

// applying is an Apply of the store, with a value that was never there.
func applying(b *testing.B, s catalog.Store) write {
	b.Helper()
	var n atomic.Int64
	return func(w int) error {
		i := int(n.Add(1))
		_, err := s.Apply(b.Context(), catalog.Put(fmt.Sprint("key/", w, "/", i%100), value(i), catalog.Any()))
		return err
	}
}

// committing is a commit of a catalog: an entry of the audit log goes with each.
func committing(b *testing.B, s catalog.Store) write {
	b.Helper()
	admin, ids := openAdmin(b, s), [16]string{}
	return func(w int) (err error) {
		if id := ids[w]; id != "" {
			ids[w] = ""
			return admin.Unskip(b.Context(), id)
		}
		ids[w], err = skip(b.Context(), admin, fmt.Sprint("publisher", w))
		return err
	}
}

func writeBy(b *testing.B, one write, writers int) {
	b.Helper()
	disk := leastSync(b)
	b.ResetTimer()
	took := rows(b, one, writers, b.N)
	b.StopTimer()
	durable(b, median(took), disk)
}

// rows lets the writers write n rows, and returns how long each took.
func rows(b *testing.B, one write, writers, n int) []time.Duration {
	b.Helper()
	took := make([][]time.Duration, writers)
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(n))
	for w := range writers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				start := time.Now()
				if err := one(w); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	return slices.Concat(took...)
}

// leastSync is the shortest time in which a page becomes durable.
func leastSync(b *testing.B) time.Duration {
	b.Helper()
	least := time.Hour
	syncOnce := syncer(b)
	for range 50 {
		least = min(least, timed(syncOnce))
	}
	return least
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

func repeat(do func(), times int) {
	for range times {
		do()
	}
}

// durable fails a benchmark whose rows are sooner there than the disk can do it: however
// many share a write, none of them can be told before that it is durable.
func durable(b *testing.B, row, disk time.Duration) {
	b.Helper()
	if row < disk {
		b.Errorf("half of the rows took less than %v; the disk alone takes at least %v: they are not durable", row, disk)
	}
}

func median[T int | float64 | time.Duration](of []T) T {
	slices.Sort(of)
	return of[len(of)/2]
}
