package catalog

import "sync"

// berth is the right of a worker to run. It is one of the slots while the worker fetches, and
// one of the ends from then on, so that the next download need not wait until files are
// durable and the store has committed. There are as many ends as slots.
type berth struct {
	ends chan struct{}

	mu    sync.Mutex
	holds chan struct{} // slots or ends
}

// move gives the slot back if one of the ends is free, or as soon as one is if wait is set.
func (b *berth) move(wait bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holds == b.ends {
		return
	}
	if wait {
		b.ends <- struct{}{}
	} else {
		select {
		case b.ends <- struct{}{}:
		default:
			return
		}
	}
	<-b.holds
	b.holds = b.ends
}

// end gives back what is held.
func (b *berth) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	<-b.holds
}
