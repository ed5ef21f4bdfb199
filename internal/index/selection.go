package index

import (
	"iter"
	"sort"
)

// Selection is the answer to a Query. It is for one goroutine.
type Selection[T Item] struct {
	// Typos are the words that occur nowhere and were taken for typing errors.
	Typos []string

	picks []pick[T]
	room  [usualRuns]pick[T] // for picks, when there are no more
	count int
}

// usualRuns is how many runs there rarely are more of.
const usualRuns = 4

func newSelection[T Item](parts int) *Selection[T] {
	s := &Selection[T]{}
	s.picks = s.room[:]
	if parts > len(s.room) {
		s.picks = make([]pick[T], parts)
	}
	s.picks = s.picks[:parts]
	return s
}

// pick is what is selected of one run.
type pick[T Item] struct {
	items []T
	bits  bitset // nil: all
}

// Len returns the number of items selected.
func (s *Selection[T]) Len() int { return s.count }

// Filter drops the items that keep refuses.
func (s *Selection[T]) Filter(keep func(T) bool) {
	for k := range s.picks {
		p := &s.picks[k]
		if p.bits == nil {
			p.bits = fullBitset(len(p.items))
		}
		for i := p.bits.next(0); i >= 0; i = p.bits.next(i + 1) {
			if !keep(p.items[i]) {
				p.bits.clear(i)
				s.count--
			}
		}
	}
}

// All ranges over the items in their order, or backwards.
func (s *Selection[T]) All(backwards bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		var room [usualRuns]head[T]
		heads := room[:0]
		for i := range s.picks {
			h := head[T]{pick: &s.picks[i], backwards: backwards}
			h.at = -1
			if backwards {
				h.at = len(h.items)
			}
			h.advance()
			heads = append(heads, h)
		}
		mergeHeads(heads, yield)
	}
}

// After ranges over the items behind p in their order, or, backwards, over those before p.
func (s *Selection[T]) After(p Place, backwards bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		var room [usualRuns]head[T]
		heads := room[:0]
		for i := range s.picks {
			h := head[T]{pick: &s.picks[i], backwards: backwards}
			at, found := position(h.items, p)
			if !backwards && !found {
				at-- // the item at this position is behind p
			}
			h.at = at
			h.advance()
			heads = append(heads, h)
		}
		mergeHeads(heads, yield)
	}
}

// position returns the first position whose item stands at p or behind, and whether it is at p.
func position[T Item](items []T, p Place) (int, bool) {
	i := sort.Search(len(items), func(i int) bool { return items[i].Place().Compare(p) >= 0 })
	return i, i < len(items) && items[i].Place() == p
}
