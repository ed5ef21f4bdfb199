package catalog

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// EventKind says what changed.
type EventKind string

// The kinds of Event.
const (
	EventConnector EventKind = "connector" // a row of the manage view changed: Key
	EventPublished EventKind = "published" // what is published of Key changed
	EventFeed      EventKind = "feed"      // status or problems of the feed ID changed
	EventSkip      EventKind = "skip"      // the skip ID was made, changed or removed: Scope
	EventPin       EventKind = "pin"       // the pin ID likewise
	EventPolicy    EventKind = "policy"    // the policy ID, or with an empty ID an assignment, changed
	EventOperation EventKind = "operation" // the operation ID moved on
	EventResync    EventKind = "resync"    // the first one, or events were lost: read everything you show anew
)

// Event tells a UI what to read again. It says that something changed, not
// what it is now, so that a slow reader never acts on old values.
type Event struct {
	Kind  EventKind
	Key   connector.Key
	ID    string
	Scope version.Scope
}

// maxPending bounds the events a slow subscriber can lag behind before it gets
// an EventResync instead.
const maxPending = 1024

// subscriber is one reader of events.
type subscriber struct {
	pending []Event
	wake    chan struct{} // capacity 1
}

// subscribers spreads events.
type subscribers struct {
	mu     sync.Mutex
	all    map[*subscriber]struct{}
	closed bool
}

// Events reports what changes from now on, from this process and others, until
// ctx ends or the catalog is closed; then the sequence ends without an error. It begins
// with an EventResync: whoever reads what it shows upon that misses nothing.
func (a *Admin) Events(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err := a.allow(ctx, "follow events", ActionManage, ""); err != nil {
			yield(Event{}, err)
			return
		}
		sub := a.cat.subs.add()
		defer a.cat.subs.remove(sub)
		for {
			events, open := a.cat.subs.take(sub)
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
			if !open {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-sub.wake:
			}
		}
	}
}

func (s *subscribers) add() *subscriber {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := &subscriber{pending: []Event{{Kind: EventResync}}, wake: make(chan struct{}, 1)}
	if s.all == nil {
		s.all = map[*subscriber]struct{}{}
	}
	s.all[sub] = struct{}{}
	return sub
}

func (s *subscribers) remove(sub *subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sub)
}

// take returns what is pending, and whether more can come.
func (s *subscribers) take(sub *subscriber) ([]Event, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := sub.pending
	sub.pending = nil
	return events, !s.closed
}

// publish never blocks: who lags too far behind is told to resync.
func (s *subscribers) publish(events []Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.all {
		if len(sub.pending)+len(events) > maxPending {
			sub.pending = []Event{{Kind: EventResync}}
		} else {
			sub.pending = append(sub.pending, slices.Clone(events)...)
		}
		sub.signal()
	}
}

func (s *subscribers) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for sub := range s.all {
		sub.signal()
	}
}

func (sub *subscriber) signal() {
	select {
	case sub.wake <- struct{}{}:
	default: // already awake
	}
}
