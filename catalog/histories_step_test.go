package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"

	"github.com/patchbay/patchbay/catalog"
)

// step is one thing that happens in a sequence. It is drawn from a number of its own, so that
// a sequence can be shortened without changing the rest.
type step struct {
	*histWorld
	histGen

	ctx context.Context //nolint:containedctx // of the calls of one step, which this is
	spy *spy
	cat int // which catalog does it
	// change comes in between, by the other catalog; before is the model without it, and failed
	// what was wrong with the change itself.
	change *histChange
	before *histModel
	failed error
	commit func() // takes into the model what the step has committed
}

// say adds to the trace, which is shown when the sequence fails.
func (s *step) say(format string, args ...any) {
	if !s.tracing {
		return
	}
	s.trace = append(s.trace, fmt.Sprintf("%2d %c ", len(s.trace)+1, 'A'+rune(s.cat))+fmt.Sprintf(format, args...))
}

// count notes what has come up, so that nothing goes untested unnoticed.
func (s *step) count(what string) { s.counts[what]++ }

// of are the connections of somebody, through the catalog that does the step.
func (s *step) of(p catalog.Principal) *catalog.Connections {
	return s.cats[s.cat].For(p).Connections()
}

// run does one step.
func (w *histWorld) run(ctx context.Context, g histGen) error {
	s := &step{histWorld: w, histGen: g, spy: &spy{}, cat: g.IntN(2), before: w.model}
	s.ctx = context.WithValue(ctx, spyKey{}, s.spy)
	if g.one(3) {
		s.interrupted(ctx)
	}
	touched, err := s.pick()
	if s.change != nil && s.spy.interrupt == nil {
		s.count("interrupted")
		s.say("  in between: %v", s.change)
	}
	if err = errors.Join(err, s.failed); err != nil {
		return err
	}
	return w.compare(ctx, touched)
}

// interrupted lets the other catalog change policies at one of the store calls of the step.
func (s *step) interrupted(ctx context.Context) {
	change := s.histGen.change(s.model)
	s.change, s.spy.calls = &change, s.IntN(20)
	s.spy.interrupt = func() {
		if s.spy.late && s.commit != nil {
			s.commit()
		}
		inner := &spy{}
		before, err := s.records(ctx)
		got := change.do(context.WithValue(ctx, spyKey{}, inner), s.admins[1-s.cat])
		after, err2 := s.records(ctx)
		if err := errors.Join(err, err2); err != nil {
			s.failed = err
			return
		}
		if !maps.EqualFunc(before, after, sameRecord) {
			s.failed = fmt.Errorf("%v changed records of connections", change)
		}
		next := s.model.clone()
		if want := change.apply(next, inner.policy); !refusedAs(got, want) {
			s.failed = fmt.Errorf("%v: %w, want %w", change, got, want)
		}
		s.before, s.model = s.model, next
	}
}

// states are the models that a refusal may have been judged by: those before and after what
// came in between. What is made is held to the one at the commit alone.
func (s *step) states() []*histModel { return []*histModel{s.before, s.model} }

func (s *step) atCommit() *histModel {
	if s.spy.late {
		return s.before
	}
	return s.model
}

// pick does one of the things that can happen, and returns the connection that
// it may have changed.
func (s *step) pick() (touched string, err error) {
	switch n := s.IntN(40); {
	case n < 12 || n < 36 && (len(s.model.policies) == 0 || len(s.model.assigned) == 0):
		return "", s.govern()
	case n < 19:
		return s.create()
	case n < 24:
		return "", s.begin()
	case n < 30:
		return s.finish()
	case len(s.conns) == 0:
		return s.create()
	case n < 34:
		return s.reauthenticate()
	case n < 38:
		return s.use()
	case n < 39:
		return s.rename()
	default:
		return s.remove()
	}
}

// govern changes policies, on what may change meanwhile.
func (s *step) govern() error {
	change := s.histGen.change(s.model)
	s.say("%v", change)
	var want error
	s.commit = sync.OnceFunc(func() {
		next := s.model.clone()
		if want = change.apply(next, s.spy.policy); want == nil {
			s.model = next
		}
	})
	got := change.do(s.ctx, s.admins[s.cat])
	if got == nil {
		s.commit()
		s.count("changed")
		if want != nil {
			return fmt.Errorf("made, but it is to be refused: %w", want)
		}
		return nil
	}
	for _, m := range s.states() {
		if want := change.apply(m.clone(), 0); want != nil && refusedAs(got, want) {
			s.count("change refused")
			return nil
		}
	}
	return fmt.Errorf("refused: %w", got)
}
