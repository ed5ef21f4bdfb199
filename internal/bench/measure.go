package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// pace is how long and how often sides have their turn.
type pace struct {
	turn   time.Duration // the least, for work that may be repeated
	rounds int
	few    time.Duration // when all sides together take longer, there are three rounds
}

func (b *bed) pace() pace {
	if b.quick {
		return pace{20 * time.Millisecond, 5, 2 * time.Second}
	}
	return pace{50 * time.Millisecond, 7, 5 * time.Second}
}

// measure runs one row. It never panics for what a row does wrong: that is a
// failure of the row.
func measure(b *bed, w *work) (r *result) {
	r = &result{Name: w.name, Path: w.path, Grows: w.grows}
	fail := func(err error) *result { r.Failure = err.Error(); return r }
	t, err := w.setup(b)
	if err != nil {
		return fail(fmt.Errorf("cannot be set up: %w", err))
	}
	defer func() {
		if t.close == nil {
			return
		}
		if err := t.close(); err != nil && r.Failure == "" {
			r.Failure = err.Error()
		}
	}()
	if t.same == nil {
		return fail(errors.New("no answers are compared"))
	}
	if err := t.same(); err != nil {
		return fail(fmt.Errorf("wrong answer: %w", err))
	}
	turns := []*turns{{side: t.ours}}
	for _, p := range t.peers {
		turns = append(turns, newTurns(p))
	}
	grown := turns[0]
	if g := t.growth; g != nil {
		if g.large != nil {
			grown = newTurns(*g.large)
			turns = append(turns, grown)
		}
		turns = append(turns, newTurns(g.small))
	}
	if err := takeTurns(b.pace(), t.rounds, turns); err != nil {
		return fail(err)
	}
	r.Ours = turns[0].figures()
	for i, p := range t.peers {
		r.Peers = append(r.Peers, peerFigures{Name: p.name, figures: turns[i+1].figures()})
	}
	if t.growth != nil {
		small := turns[len(turns)-1].figures()
		r.Growth, r.Factor = grown.figures().NS/small.NS, t.growth.factor
	}
	if err := r.holdToSync(t); err != nil {
		return fail(err)
	}
	r.judge(t)
	return r
}

// holdToSync refuses figures that cannot be durable.
func (r *result) holdToSync(t *trial) error {
	claimed := []struct {
		side
		figures
	}{{t.ours, r.Ours}}
	for i, p := range t.peers {
		claimed = append(claimed, struct {
			side
			figures
		}{p, r.Peers[i].figures})
	}
	for _, c := range claimed {
		if c.durable == 0 {
			continue
		}
		if r.Sync == 0 {
			floor, err := bareSync(t.folder)
			if err != nil {
				return err
			}
			r.Sync = float64(floor)
		}
		if c.NS*float64(c.durable) < r.Sync {
			return fmt.Errorf("%s cannot be durable: %s for %d is less than a bare fdatasync, %s",
				c.name, nanoseconds(c.NS*float64(c.durable)), c.durable, nanoseconds(r.Sync))
		}
	}
	return nil
}

// turns are the rounds of one side.
type turns struct {
	side
	n    int
	took time.Duration // of the last one
	seen []figures
}

func newTurns(s side) *turns { return &turns{side: s} }

// takeTurns warms every side up, finds out how often its work fits in one turn,
// and lets the sides take turns.
func takeTurns(p pace, rounds int, sides []*turns) error {
	var total time.Duration
	for _, s := range sides {
		if err := s.warm(p.turn); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		total += s.took
	}
	if rounds == 0 {
		if rounds = p.rounds; total > p.few {
			rounds = 3
		}
	}
	for range rounds {
		for _, s := range sides {
			if err := s.take(); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return nil
}

// warm repeats the work until one turn is long enough to be measured.
func (s *turns) warm(turn time.Duration) error {
	if s.alone != nil {
		return nil
	}
	for s.n = 1; ; {
		if err := s.take(); err != nil {
			return err
		}
		s.seen = nil
		if s.once || s.took >= turn {
			return nil
		}
		more := s.n * 100
		if s.took > 0 {
			more = min(more, int(1.2*float64(s.n)*float64(turn)/float64(s.took))+1)
		}
		s.n = max(s.n+1, more)
	}
}

// take is one turn.
func (s *turns) take() error {
	if s.alone != nil {
		begun := time.Now()
		f, err := s.alone()
		s.took = time.Since(begun)
		s.seen = append(s.seen, f)
		return err
	}
	if s.before != nil {
		if err := s.before(s.n); err != nil {
			return err
		}
	}
	var asked int64
	if s.calls != nil {
		asked = s.calls()
	}
	runtime.GC()
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	unwatch := func() float64 { return 0 }
	if s.watch {
		unwatch = watchHeap()
	}
	begun := time.Now()
	err := s.run(s.n)
	s.took = time.Since(begun)
	runtime.ReadMemStats(&m1)
	grown := unwatch()
	if err != nil {
		return err
	}
	n := float64(s.n)
	f := figures{NS: float64(s.took) / n, Allocs: float64(m1.Mallocs-m0.Mallocs) / n, Bytes: float64(m1.TotalAlloc-m0.TotalAlloc) / n}
	f.Peak = grown
	if s.calls != nil {
		f.Calls = float64(s.calls()-asked) / n
	}
	s.seen = append(s.seen, f)
	return nil
}

// figures are the medians of the rounds. Of allocations, which others in the
// process can only add to, the least counts; of calls and the heap the most.
func (s *turns) figures() figures {
	of := func(get func(figures) float64) []float64 {
		var all []float64
		for _, f := range s.seen {
			all = append(all, get(f))
		}
		slices.Sort(all)
		return all
	}
	ns := of(func(f figures) float64 { return f.NS })
	allocs := of(func(f figures) float64 { return f.Allocs })[0]
	if allocs < 1 {
		allocs = 0 // less than one for each unit of work is somebody else's
	}
	return figures{
		NS: ns[len(ns)/2], Allocs: allocs,
		Bytes: of(func(f figures) float64 { return f.Bytes })[0],
		Kept:  slices.Max(of(func(f figures) float64 { return f.Kept })),
		Peak:  slices.Max(of(func(f figures) float64 { return f.Peak })),
		Calls: slices.Max(of(func(f figures) float64 { return f.Calls })),
	}
}
