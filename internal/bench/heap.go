package main

import (
	"runtime/metrics"
	"time"
)

// heapBytes is what lies on the heap now, garbage included. Unlike
// runtime.ReadMemStats it stops nobody.
func heapBytes() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// watchHeap looks at the heap until it is stopped, and returns by how much it
// grew at most.
func watchHeap() (stop func() (grown float64)) {
	before := heapBytes()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		peak := before
		for {
			peak = max(peak, heapBytes())
			select {
			case <-done:
				most <- peak
				return
			case <-tick.C:
			}
		}
	}()
	return func() float64 {
		close(done)
		return float64(max(<-most, heapBytes()) - before)
	}
}
