package index

import (
	"slices"
	"sync"
)

// maxRun bounds a run, so that a position in it fits in 16 bits.
const maxRun = 1 << 16

// run is a sorted list of items and what was derived from them. It never changes
// but for deriving once.
type run[T Item] struct {
	items []T

	facetsOnce sync.Once
	facets     map[Facet]posting
	passing    []uint16 // positions of items whose facets end some time

	textOnce sync.Once
	text     *text
}

// indexFacets derives facets and passing.
func (r *run[T]) indexFacets() {
	r.facetsOnce.Do(func() {
		lists := map[Facet][]uint16{}
		at := uint16(0)
		add := func(f Facet) {
			l := lists[f]
			if len(l) == 0 || l[len(l)-1] != at {
				lists[f] = append(l, at)
			}
		}
		for i, item := range r.items {
			at = uint16(i)
			item.Facets(add)
			if !item.Until().IsZero() {
				r.passing = append(r.passing, at)
			}
		}
		r.facets = make(map[Facet]posting, len(lists))
		for f, l := range lists {
			r.facets[f] = pack(slices.Clip(l), len(r.items))
		}
	})
}

// words returns the index of what the items say.
func (r *run[T]) words() *text {
	r.textOnce.Do(func() {
		r.text = newText(len(r.items), func(i int, add func(string)) { r.items[i].Text(add) })
	})
	return r.text
}

// part is a run without the items that are gone.
type part[T Item] struct {
	run  *run[T]
	dead bitset // nil: none
	live int
}

// alive returns the living items in order.
func (p *part[T]) alive() []T {
	if p.dead == nil {
		return p.run.items
	}
	out := make([]T, 0, p.live)
	for i, item := range p.run.items {
		if !p.dead.has(i) {
			out = append(out, item)
		}
	}
	return out
}
