package sqlstore

import (
	"context"
	"sync"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// Bounds of what waits, and of what is committed together.
const (
	maxWaiting    = 1024    // Applys in the queue; more wait outside
	maxTogether   = 64      // Applys in one transaction
	maxOpsAtOnce  = 1000    // of Applys in one transaction of several
	maxSizeAtOnce = 4 << 20 // bytes of their keys and values
)

// request is an Apply that waits to be part of a transaction.
type request struct {
	ctx     context.Context //nolint:containedctx // of whoever waits
	since   time.Time
	keys    []string // that compose gets
	compose func(current []catalog.Record) ([]catalog.Op, error)
	ops     []catalog.Op
	size    int
	alone   bool // part of no transaction but its own

	back     chan struct{} // gets a value when a transaction has taken it up in vain
	done     chan struct{} // closed when what follows is true
	rev      catalog.Revision
	changed  bool
	err      error
	refused  error // by compose
	panicked any   // with what compose panicked
}

func newRequest(ctx context.Context, keys []string, compose func([]catalog.Record) ([]catalog.Op, error), ops []catalog.Op) *request {
	r := &request{ctx: ctx, since: time.Now(), keys: keys, compose: compose, ops: ops, back: make(chan struct{}, 1), done: make(chan struct{})}
	for _, op := range ops {
		r.size += len(op.Key) + len(op.Value)
	}
	r.alone = len(ops) > maxOpsAtOnce || r.size > maxSizeAtOnce
	return r
}

// queue holds the requests that no transaction has taken up, in their order.
type queue struct {
	room chan struct{} // holds a value for each request that is not done

	mu      sync.Mutex
	waiting []*request
}

// join waits for room and adds r. Without an error, r must leave.
func (q *queue) join(r *request, closing <-chan struct{}) error {
	select {
	case q.room <- struct{}{}:
	case <-closing:
		return catalog.ErrClosed
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, r)
	return nil
}

func (q *queue) leave() { <-q.room }

// withdraw takes r out again, and reports whether it could: once a transaction has taken it up, its
// end must be waited for.
func (q *queue) withdraw(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, other := range q.waiting {
		if other == r {
			q.waiting = append(q.waiting[:i], q.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// take takes up first, which waits, and as many of the others as may be done together with it.
func (q *queue) take(first *request) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	group, ops, size := []*request{first}, len(first.ops), first.size
	var rest []*request
	for _, r := range q.waiting {
		switch {
		case r == first:
		case first.alone, r.alone, len(group) == maxTogether, ops+len(r.ops) > maxOpsAtOnce, size+r.size > maxSizeAtOnce:
			rest = append(rest, r)
		default:
			group, ops, size = append(group, r), ops+len(r.ops), size+r.size
		}
	}
	q.waiting = rest
	return group
}

// putBack lets requests wait again that were taken up in vain.
func (q *queue) putBack(group []*request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(group, q.waiting...)
	for _, r := range group {
		select {
		case r.back <- struct{}{}:
		default:
		}
	}
}
