// Package notify wakes those who wait for something to change.
package notify

import (
	"context"
	"sync"
)

// Hub keeps the channels that are to be woken. The zero Hub is ready to use
// and safe for concurrent use.
type Hub struct {
	mu     sync.Mutex
	stops  map[chan struct{}]func() bool
	closed bool
}

// Subscribe returns a channel that holds one value and gets it from every Notify
// that finds it empty. The channel is closed when ctx ends or the hub is closed;
// at once when the hub is closed already.
func (h *Hub) Subscribe(ctx context.Context) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := make(chan struct{}, 1)
	if h.closed {
		close(c)
		return c
	}
	if h.stops == nil {
		h.stops = map[chan struct{}]func() bool{}
	}
	h.stops[c] = context.AfterFunc(ctx, func() { h.drop(c) })
	return c
}

func (h *Hub) drop(c chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.stops[c]; ok { // else Close was quicker
		delete(h.stops, c)
		close(c)
	}
}

// Notify wakes everybody. It never waits.
func (h *Hub) Notify() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.stops {
		select {
		case c <- struct{}{}:
		default: // not received the last one yet, which says the same
		}
	}
}

// Close closes every channel. Closing twice does nothing.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c, stop := range h.stops {
		stop()
		close(c)
	}
	h.stops = nil
}
