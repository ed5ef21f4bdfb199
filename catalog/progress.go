package catalog

import (
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
)

// progressHub carries the progress of items to whoever watches. Durable steps
// arrive through the store's change feed, also from other processes; the
// counting of bytes in between comes directly from the workers of this one.
type progressHub struct {
	mu      sync.Mutex
	live    map[string]map[int]ItemStatus // operation -> item, while this process works on it
	watches map[string]map[*watch]struct{}
	closed  bool
}

// watch is one reader of one operation. Reports that come faster than they are
// read replace each other, so its memory is bounded by the number of items.
type watch struct {
	dirty map[int]ItemStatus
	wake  chan struct{} // capacity 1
}

func (h *progressHub) init() {
	h.live = map[string]map[int]ItemStatus{}
	h.watches = map[string]map[*watch]struct{}{}
}

// report takes in where an item stands.
func (h *progressHub) report(op string, st ItemStatus, durable bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !durable:
		if h.live[op] == nil {
			h.live[op] = map[int]ItemStatus{}
		}
		h.live[op][st.Index] = st
	case st.State.Final():
		delete(h.live[op], st.Index)
		if len(h.live[op]) == 0 {
			delete(h.live, op)
		}
	}
	for w := range h.watches[op] {
		w.dirty[st.Index] = st
		w.signal()
	}
}

// overlay replaces a durable status by the live one, if this process has it.
func (h *progressHub) overlay(op string, st *ItemStatus) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if live, ok := h.live[op][st.Index]; ok {
		*st = live
	}
}

func (h *progressHub) watch(op string) *watch {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := &watch{dirty: map[int]ItemStatus{}, wake: make(chan struct{}, 1)}
	if h.watches[op] == nil {
		h.watches[op] = map[*watch]struct{}{}
	}
	h.watches[op][w] = struct{}{}
	return w
}

func (h *progressHub) unwatch(op string, w *watch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.watches[op], w)
	if len(h.watches[op]) == 0 {
		delete(h.watches, op)
	}
}

// take returns what came in since the last call, in the plan's order.
func (h *progressHub) take(w *watch) []ItemStatus {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]ItemStatus, 0, len(w.dirty))
	for _, n := range slices.Sorted(maps.Keys(w.dirty)) {
		out = append(out, w.dirty[n])
	}
	clear(w.dirty)
	return out
}

func (w *watch) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // already awake
	}
}

// Progress reports where each item stands: first all of them as they are now,
// so that a late subscriber sees the whole, then every change, until all are
// final (P10). Reports that come faster than they are read are merged. It ends
// with an error when ctx ends or the catalog is closed first.
func (o *Operation) Progress(ctx context.Context) iter.Seq2[ItemStatus, error] {
	return func(yield func(ItemStatus, error) bool) {
		if err := o.follow(ctx, func(st ItemStatus) bool { return yield(st, nil) }); err != nil {
			yield(ItemStatus{}, &Error{Op: "follow operation", Key: o.ID, Err: err})
		}
	}
}

func (o *Operation) follow(ctx context.Context, yield func(ItemStatus) bool) error {
	hub := &o.cat.hub
	w := hub.watch(o.ID) // before reading, so that nothing falls in between
	defer hub.unwatch(o.ID, w)
	whole, err := o.Status(ctx)
	if err != nil {
		return err
	}
	open := map[int]bool{}
	for _, st := range whole.Items {
		if !st.State.Final() {
			open[st.Index] = true
		}
		if !yield(st) {
			return nil
		}
	}
	for len(open) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-o.cat.stopping.Done():
			return ErrClosed
		case <-w.wake:
		}
		for _, st := range hub.take(w) {
			if !open[st.Index] {
				continue // a late report of an item that was final already
			}
			if st.State.Final() {
				delete(open, st.Index)
			}
			if !yield(st) {
				return nil
			}
		}
	}
	return nil
}
