package version

import (
	"cmp"
	"slices"
	"strings"
)

// side says where a cut lies in the total order of versions, seen from its
// version.
type side uint8

const (
	before   side = iota // just older than the version
	after                // just newer than the version
	afterAll             // newer than every build of the version, older than the next one
	end                  // newer than everything
)

// cut is a place between two neighbours of the total order, so that bounds
// need no "open" or "closed". Its version may lack a raw string.
type cut struct {
	at   Version
	side side
}

// start is the cut below the oldest version there can be, 0.0.0-0.
func start() cut { return cut{at: Version{pre: "0"}} }

func (c *cut) compare(d *cut) int {
	if c.side == end || d.side == end {
		return cmp.Compare(c.side, d.side)
	}
	if p := precedence(&c.at, &d.at); p != 0 {
		return p
	}
	if c.side == afterAll || d.side == afterAll {
		return cmp.Compare(c.side, d.side)
	}
	if b := strings.Compare(c.at.build, d.at.build); b != 0 {
		return b
	}
	return cmp.Compare(c.side, d.side)
}

// above reports whether the cut is newer than v.
func (c *cut) above(v *Version) bool {
	if c.side == end {
		return true
	}
	if p := precedence(v, &c.at); p != 0 {
		return p < 0
	}
	if c.side == afterAll {
		return true
	}
	if b := strings.Compare(v.build, c.at.build); b != 0 {
		return b < 0
	}
	return c.side == after
}

// span is the versions between two cuts.
type span struct{ lo, hi cut }

// spans is a set of versions: ascending, disjoint, none empty.
type spans []span

// everything returns the set of all versions.
func everything() spans { return spans{{start(), cut{side: end}}} }

// union makes a set of any spans, in any order, overlapping or empty.
func union(all []span) spans {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b span) int { return a.lo.compare(&b.lo) })
	var out spans
	for _, s := range sorted {
		last := len(out) - 1
		switch {
		case s.lo.compare(&s.hi) >= 0:
		case last < 0 || s.lo.compare(&out[last].hi) > 0:
			out = append(out, s)
		case s.hi.compare(&out[last].hi) > 0:
			out[last].hi = s.hi
		}
	}
	return out
}

// intersect returns what is in both sets.
func (a spans) intersect(b spans) spans {
	var out spans
	for len(a) > 0 && len(b) > 0 {
		both := a[0]
		if b[0].lo.compare(&both.lo) > 0 {
			both.lo = b[0].lo
		}
		if b[0].hi.compare(&both.hi) < 0 {
			both.hi = b[0].hi
		}
		if both.lo.compare(&both.hi) < 0 {
			out = append(out, both)
		}
		if a[0].hi.compare(&b[0].hi) < 0 {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// complement returns what is not in the set.
func (a spans) complement() spans {
	var out spans
	from := start()
	for _, s := range a {
		if from.compare(&s.lo) < 0 {
			out = append(out, span{from, s.lo})
		}
		from = s.hi
	}
	if from.side != end {
		out = append(out, span{from, cut{side: end}})
	}
	return out
}

// findNear is find for a version below the span after near: it looks at that and the one before first.
func (a spans) findNear(v *packed, near int) (int, bool) {
	for i := min(near, len(a)-1); i >= 0 && i >= near-1; i-- {
		if !v.below(&a[i].lo) {
			return i, v.below(&a[i].hi)
		}
	}
	return a.find(v)
}

// find returns the index of the newest span that starts below v, or -1, and
// whether that span contains v. No other span can.
func (a spans) find(v *packed) (int, bool) {
	lo, hi := 0, len(a) // by hand: a call for each step would take most of the time
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); v.below(&a[mid].lo) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo - 1, lo > 0 && v.below(&a[lo-1].hi)
}
