package index

import (
	"cmp"
	"slices"
	"time"
)

// Query says which items are wanted. The zero value means all.
type Query[T Item] struct {
	// Facets must all be true of an item.
	Facets []Facet
	// Words, in lower case and without white space, must each occur in one of an item's texts. One that occurs
	// in no item's, and has at least four letters, may differ by one character that is inserted,
	// missing, wrong or swapped with its neighbour from what stands at the beginning of a term:
	// of what lies between characters that are neither letters nor digits.
	Words []string
	// Now is compared with Until. Of an item that it has reached, Holds is asked whether
	// the Facets are true; it is called for no other reason.
	Now   time.Time
	Holds func(T) bool
}

// Select returns the items that q wants.
func (m Map[T]) Select(q *Query[T]) *Selection[T] {
	if len(q.Facets) == 0 && len(q.Words) == 0 {
		return m.whole()
	}
	s := newSelection[T](len(m.parts))
	for i := range m.parts {
		p := &m.parts[i]
		s.picks[i] = pick[T]{items: p.run.items, bits: fullBitset(len(p.run.items))}
		s.picks[i].bits.andNot(p.dead)
	}
	m.searchAll(q.Words, s)
	for i := range m.parts {
		if len(q.Facets) > 0 {
			m.parts[i].run.filter(q, s.picks[i].bits)
		}
		s.count += s.picks[i].bits.count()
	}
	return s
}

// filter leaves in b what the facets of q are true of.
func (r *run[T]) filter(q *Query[T], b bitset) {
	r.indexFacets()
	var again []int // items that must be asked
	for _, i := range r.passing {
		if b.has(int(i)) && !r.items[i].Until().After(q.Now) {
			again = append(again, int(i))
		}
	}
	for _, f := range q.Facets {
		r.facets[f].narrow(b)
	}
	for _, i := range again {
		if q.Holds(r.items[i]) {
			b.set(i)
		} else {
			b.clear(i)
		}
	}
}

// searchAll leaves in s what has all words. It stops when nothing is left.
func (m Map[T]) searchAll(words []string, s *Selection[T]) {
	if len(words) == 0 {
		return
	}
	found := make([]bitset, len(m.parts))
	for i := range m.parts {
		found[i] = newBitset(len(m.parts[i].run.items))
	}
	for _, word := range distinct(words) {
		exact := m.search(found, func(t *text, b bitset) { t.find(b, word) })
		if !exact && forgivable(word) && m.search(found, func(t *text, b bitset) { t.guess(b, word) }) {
			s.Typos = append(s.Typos, word)
		}
		left := false
		for i := range s.picks {
			b := s.picks[i].bits
			b.and(found[i])
			left = left || b.meets(nil)
		}
		if !left {
			return
		}
	}
}

// search puts what look finds into found and reports whether there is anything.
func (m Map[T]) search(found []bitset, look func(*text, bitset)) bool {
	some := false
	for i := range m.parts {
		clear(found[i])
		look(m.parts[i].run.words(), found[i])
		some = some || found[i].meets(m.parts[i].dead)
	}
	return some
}

// distinct returns each word once, the longer first, because they leave less.
func distinct(words []string) []string {
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(len(b)-len(a), cmp.Compare(a, b))
	})
	return slices.Compact(words)
}
