package linear_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// verdict is what is wrong with a history.
type verdict struct {
	faults  []string
	illegal int // groups that no order explains
	unknown int // groups for which none was found in time
	pending int
	took    time.Duration
}

func (v *verdict) fault(format string, args ...any) {
	const most = 40
	if len(v.faults) < most {
		v.faults = append(v.faults, fmt.Sprintf(format, args...))
	}
}

// judgeStore holds a history to what a store promises. last is what Changes(0) returns at the very end.
func judgeStore(calls []storeCall, last []row, groups int, patience time.Duration) verdict {
	var v verdict
	begun := time.Now()
	calls = slices.Clone(calls)
	calls = slices.DeleteFunc(calls, func(c storeCall) bool {
		if c.Out == nil {
			if c.In.Do == "apply" {
				v.pending++
			}
			return c.In.Do != "apply" // what a reader would have been told
		}
		switch c.Out.Err {
		case "", notFound, conflict:
		case late:
			return true
		case doubt:
			v.pending++
		default:
			v.fault("client %d: %s: %s", c.Client, c.In.Do, c.Out.Err)
			return true
		}
		return false
	})
	seen := sightings(calls, last, &v)
	checkLost(calls, last, &v)
	checkGrowth(calls, &v)
	checkFeeds(calls, last, &v)
	moves := make([][]porcupine.Operation, groups)
	for _, c := range calls {
		m, ended := move{ask: c.In}, c.Ended
		if c.Out == nil || c.Out.Err == doubt {
			ended = never
			for _, st := range c.In.Steps {
				if s, ok := seen[st.Value]; ok && st.Do == "put" {
					m.rev, ended = s.rev, min(ended, s.ended)
				}
			}
		}
		for g := range groups {
			if c.In.Group >= 0 && c.In.Group != g {
				continue
			}
			out := c.Out
			if c.In.Do == "changes" {
				m.rest, out = len(out.Rows) < c.In.Limit, out.of(g)
			}
			m.ask.Group = g
			moves[g] = append(moves[g], porcupine.Operation{ClientId: c.Client, Input: m, Call: c.Begun, Output: out, Return: ended})
		}
	}
	for g, moves := range moves {
		v.explain(fmt.Sprintf("group %d", g), storeModel(), moves, patience-time.Since(begun))
	}
	v.took = time.Since(begun)
	return v
}

// explain looks for an order of the moves.
func (v *verdict) explain(what string, model porcupine.Model, moves []porcupine.Operation, patience time.Duration) {
	result, info := porcupine.CheckOperationsVerbose(model, moves, max(patience, time.Millisecond))
	switch result {
	case porcupine.Ok:
		return
	case porcupine.Illegal:
		v.illegal++
	case porcupine.Unknown:
		v.unknown++
		v.fault("%s: no order was found in time, of %d operations", what, len(moves))
		return
	}
	var best []porcupine.Operation
	for _, partial := range info.PartialLinearizationsOperations() {
		for _, p := range partial {
			if len(p) > len(best) {
				best = p
			}
		}
	}
	v.fault("%s: no order explains what was answered; %d of %d operations can be explained", what, len(best), len(moves))
	for _, op := range best[max(0, len(best)-6):] {
		v.fault("  … %s", describe(op))
	}
	explained := map[string]bool{}
	for _, op := range best {
		explained[describe(op)] = true
	}
	slices.SortFunc(moves, func(a, b porcupine.Operation) int { return cmp.Compare(a.Return, b.Return) })
	left := 0
	for _, op := range moves {
		if text := describe(op); !explained[text] && left < 6 {
			left++
			v.fault("  ?? %s", text)
		}
	}
}

func describe(op porcupine.Operation) string {
	return fmt.Sprintf("[%d, %d] client %d: %+v -> %+v", op.Call, op.Return, op.ClientId, op.Input, op.Output)
}

// sighting is where a value was first seen.
type sighting struct{ rev, ended int64 }

// sightings finds out what came of Applys that nobody has answered: their values are like no others.
func sightings(calls []storeCall, last []row, v *verdict) map[string]sighting {
	seen := map[string]sighting{}
	note := func(r row, ended int64) {
		if r.Gone {
			return
		}
		s, ok := seen[r.Value]
		if ok && s.rev != r.Rev {
			v.fault("%q is there at revision %d and at %d: it was done twice", r.Value, s.rev, r.Rev)
		}
		if !ok || ended < s.ended {
			seen[r.Value] = sighting{r.Rev, ended}
		}
	}
	for _, c := range calls {
		if c.Out != nil {
			for _, r := range c.Out.Rows {
				note(r, c.Ended)
			}
		}
	}
	for _, r := range last {
		note(r, never)
	}
	return seen
}

// of returns the answer with the rows of one group.
func (t *told) of(g int) *told {
	one := *t
	one.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r row) bool { return r.Group != g })
	return &one
}
