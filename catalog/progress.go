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
}

// watch is one reader of one operation. Reports that come faster than they are
// read replace each other, so its memory is bounded by the number of items.
type watch struct {
	dirty map[int]ItemStatus
	stale bool          // changes were missed: everything must be read again
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
	case !durable && st.State.Final():
		return // only a commit makes it so
	case !durable:
		if h.live[op] == nil {
			h.live[op] = map[int]ItemStatus{}
		}
		h.live[op][st.Index] = st
	case st.State.Final():
		h.drop(op, st.Index)
	}
	for w := range h.watches[op] {
		w.dirty[st.Index] = st
		w.signal()
	}
}

// forget drops what is only known here of an item, when its worker stops: from
// then on the store knows best.
func (h *progressHub) forget(op string, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(op, n)
}

func (h *progressHub) drop(op string, n int) {
	delete(h.live[op], n)
	if len(h.live[op]) == 0 {
		delete(h.live, op)
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

// missed tells every reader that the change feed has a gap.
func (h *progressHub) missed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, watches := range h.watches {
		for w := range watches {
			w.stale = true
			w.signal()
		}
	}
}

// take returns what came in since the last call, in the plan's order, and whether
// that is not all.
func (h *progressHub) take(w *watch) (news []ItemStatus, stale bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	stale, w.stale = w.stale, false
	out := make([]ItemStatus, 0, len(w.dirty))
	for _, n := range slices.Sorted(maps.Keys(w.dirty)) {
		out = append(out, w.dirty[n])
	}
	clear(w.dirty)
	return out, stale
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
	open := map[int]bool{}
	news, err := o.all(ctx)
	if err != nil {
		return err
	}
	for _, st := range news {
		open[st.Index] = true
	}
	for {
		for _, st := range news {
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
		if len(open) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-o.cat.stopping.Done():
			return ErrClosed
		case <-w.wake:
		}
		var stale bool
		if news, stale = hub.take(w); stale {
			if news, err = o.all(ctx); err != nil {
				return err
			}
		}
	}
}

// all reads every item as it is now.
func (o *Operation) all(ctx context.Context) ([]ItemStatus, error) {
	st, err := o.Status(ctx)
	if err != nil {
		return nil, err
	}
	return st.Items, nil
}
