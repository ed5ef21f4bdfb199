package integration_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// Sixteen writers are to get a row done in at most a quarter of the time that a lone one
// needs, and a lone one is to need at least as long as the disk does (S4).
//
//	go test -run '^$' -bench Throughput .
//
// fails if they do not. A disk may be ten times as fast as a second ago, and the machine may do
// something else meanwhile. So the three are measured in many short turns, each is compared with the
// others of its turn, and what half of the turns say counts; who misses is measured again. Each row is
// another one than all before: bytes that are there already need no disk.

func BenchmarkThroughput_Apply(b *testing.B)  { throughput(b, applying) }
func BenchmarkThroughput_Commit(b *testing.B) { throughput(b, committing) }

const (
	tries   = 3
	turns   = 50
	perTurn = 16        // bare syncs, and rows of the lone one
	each    = 40        // rows of each of sixteen: when they begin and when they end, fewer come together
	most    = 1.0 / 4.0 // of the time of a row that is written alone
)

func throughput(b *testing.B, writing func(*testing.B, catalog.Store) write) {
	b.Helper()
	alone, together := writing(b, openStore(b, newPath(b))), writing(b, openStore(b, newPath(b)))
	syncOnce := syncer(b)
	share, bare := 0.0, 0.0
	for b.Loop() {
		for range tries {
			share, bare = compared(b, syncOnce, alone, together)
			b.Logf("a row of sixteen writers takes %.3f of the time of a lone one, which takes %.2f of that of a bare sync", share, bare)
			if share <= most && bare >= 1 || b.Failed() {
				break
			}
		}
	}
	if share > most {
		b.Errorf("at most %.2f of the time of a lone one is wanted", most)
	}
	if bare < 1 {
		b.Error("a row that takes less than a bare sync is not durable")
	}
	b.ReportMetric(0, "ns/op")
}

// compared returns the time of a row of sixteen writers, by that of a lone one, and that by the time of
// a bare sync.
func compared(b *testing.B, syncOnce func(), alone, together write) (share, bare float64) {
	b.Helper()
	var shares, bares []float64
	var disks, lones, shared []time.Duration
	for range turns {
		disk := timed(func() { repeat(syncOnce, perTurn) }) / perTurn
		lone := timed(func() { rows(b, alone, 1, perTurn) }) / perTurn
		by16 := timed(func() { rows(b, together, 16, 16*each) }) / (16 * each)
		disks, lones, shared = append(disks, disk), append(lones, lone), append(shared, by16)
		shares, bares = append(shares, float64(by16)/float64(lone)), append(bares, float64(lone)/float64(disk))
	}
	share, bare = median(shares), median(bares)
	b.ReportMetric(share, "by16/lone")
	b.ReportMetric(bare, "lone/sync")
	b.ReportMetric(float64(median(disks).Microseconds()), "µs/sync")
	b.ReportMetric(float64(median(lones).Microseconds()), "µs/lone")
	b.ReportMetric(float64(median(shared).Microseconds()), "µs/by16")
	return share, bare
}
