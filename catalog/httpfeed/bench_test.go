package httpfeed_test

import (
	"bytes"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// bigIndex has n connectors of ten releases, about 2.2 KB each.
func bigIndex(tb testing.TB, n int) []byte {
	tb.Helper()
	connectors := make([]connector.Connector, n)
	for i := range connectors {
		key := fmt.Sprintf("publisher-%d/connector-%d", i%100, i)
		connectors[i] = connector.Connector{Key: connector.Key(key), Name: key, Description: "What it connects to."}
		for v := range 10 {
			version := fmt.Sprintf("1.%d.0", v)
			connectors[i].Releases = append(connectors[i].Releases, release(version, key+"-"+version+".tgz", key+version))
		}
	}
	return encoded(tb, 1, connectors...)
}

// BenchmarkLoad loads an index of about 20 MB. "peak/index" is the growth of the
// heap while it loads, as a multiple of the index.
func BenchmarkLoad(b *testing.B) {
	s := newSite(b)
	index := bigIndex(b, 9000)
	s.put(index)
	f := s.feed(b, nil)
	b.SetBytes(int64(len(index)))
	b.ReportAllocs()
	peak := peakHeap(b, func() {
		u, err := f.Load(b.Context(), catalog.FeedState{})
		require.NoError(b, err)
		require.Len(b, u.Documents, 9000)
	})
	b.ResetTimer()
	for b.Loop() {
		u, err := f.Load(b.Context(), catalog.FeedState{})
		require.NoError(b, err)
		require.Len(b, u.Documents, 9000)
	}
	b.ReportMetric(peak/float64(len(index)), "peak/index")
}

// BenchmarkLoadUnchanged is a 304.
func BenchmarkLoadUnchanged(b *testing.B) {
	s := newSite(b)
	s.put(bytes.Clone(bigIndex(b, 1000)))
	f := s.feed(b, nil)
	u, err := f.Load(b.Context(), catalog.FeedState{})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		again, err := f.Load(b.Context(), u.State)
		require.NoError(b, err)
		require.True(b, again.Unchanged)
	}
}

// peakHeap returns by how many bytes the heap grew at most while f ran, as a
// sampler saw it.
func peakHeap(b *testing.B, f func()) float64 {
	b.Helper()
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	var stop atomic.Bool
	peak := make(chan uint64)
	go func() {
		var most uint64
		var m runtime.MemStats
		for !stop.Load() {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			runtime.Gosched()
		}
		peak <- most
	}()
	f()
	stop.Store(true)
	return float64(<-peak - before)
}
