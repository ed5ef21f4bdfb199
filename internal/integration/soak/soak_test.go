package soak_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

const (
	goroutines = 12
	patience   = 2 * time.Minute // for one thing to be done, on a busy machine
)

// worker does one thing after another.
type worker struct {
	*rand.Rand
	*world
	*place // where the thing is done that is under way

	ctx context.Context //nolint:containedctx // of the thing that is under way
}

// kind is something that is done again and again.
type kind struct {
	name   string
	weight int // how often, compared with others
	do     func(w *worker) error
	may    []error // what it may be refused with
}

// TestEverythingAtOnce lets workers do at random whatever the library can, at two catalogs that share a
// database and a folder, while their feed and their provider change and fail. Whatever is refused is refused with what its
// documentation says. Now and then, all pause, and what must always hold is looked at.
func TestEverythingAtOnce(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("-soak.seed=%d", *seed)
	w := newWorld(t)
	g := &gauge{world: w, done: map[string]*tally{}}
	g.check(t) // by the end of which both catalogs know what is installed
	var pause sync.RWMutex
	ctx, cancel := context.WithTimeout(t.Context(), *during)
	defer cancel()
	var all sync.WaitGroup
	for i := range goroutines {
		all.Go(func() {
			r := rand.New(rand.NewPCG(*seed, uint64(i)))
			for ctx.Err() == nil && !t.Failed() {
				pause.RLock()
				g.once(t, &worker{Rand: r, world: w, place: w.places[r.IntN(2)]})
				pause.RUnlock()
			}
		})
	}
	look := func() {
		pause.Lock()
		defer pause.Unlock()
		g.check(t)
	}
	tick := time.NewTicker(min(10*time.Second, *during/5))
	defer tick.Stop()
	for ctx.Err() == nil && !t.Failed() {
		select {
		case <-tick.C:
			look()
		case <-ctx.Done():
		}
	}
	all.Wait()
	look()
	g.report(t)
}

// once does one thing.
func (g *gauge) once(t *testing.T, w *worker) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w.ctx = ctx
	sum := 0
	for _, k := range kinds() {
		sum += k.weight
	}
	n := w.IntN(sum)
	for _, k := range kinds() {
		if n -= k.weight; n >= 0 {
			continue
		}
		err := k.do(w)
		g.count(k.name, err)
		if err != nil && !expected(err, k.may) {
			t.Errorf("%s: %q (%T)", k.name, err, errors.Unwrap(err))
		}
		return
	}
}

func expected(err error, may []error) bool {
	for _, e := range may {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// pick chooses one of a list that is not empty.
func pick[T any](w *worker, list ...T) T { return list[w.IntN(len(list))] }

func (w *worker) key() string { return string(key(w.IntN(connectors))) }
