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
		s.picks[i].items = m.parts[i].run.items
	}
	if len(q.Words) > 0 {
		m.searchAll(q.Words, s)
	}
	for i := range s.picks {
		k := &s.picks[i]
		if len(q.Facets) > 0 && !m.parts[i].filter(q, k) {
			*k = pick[T]{}
		}
		s.count += k.bits.count()
	}
	return s
}

// usualFacets is how many facets are rarely asked for at once.
const usualFacets = 5

// filter leaves in k what the facets of q are true of: of the living items, if nothing was picked
// before. It reports false if that is nothing.
func (p *part[T]) filter(q *Query[T], k *pick[T]) bool {
	r := p.run
	r.indexFacets()
	var again []uint16 // items that must be asked
	for _, i := range r.passing {
		picked := p.dead == nil || !p.dead.has(int(i))
		if k.bits != nil {
			picked = k.bits.has(int(i))
		}
		if picked && !r.items[i].Until().After(q.Now) {
			again = append(again, i)
		}
	}
	var room [usualFacets]posting
	postings := room[:0]
	for _, f := range q.Facets {
		l, some := r.facets[f]
		if !some && len(again) == 0 {
			return false
		}
		postings = append(postings, l)
	}
	if k.bits == nil {
		k.bits = postings[0].unpack(len(r.items))
		k.bits.andNot(p.dead)
		postings = postings[1:]
	}
	for _, l := range postings {
		l.narrow(k.bits)
	}
	for _, i := range again {
		if q.Holds(r.items[i]) {
			k.bits.set(int(i))
		} else {
			k.bits.clear(int(i))
		}
	}
	return true
}

// searchAll picks the living items that have all words. It stops when nothing is left.
func (m Map[T]) searchAll(words []string, s *Selection[T]) {
	var found []bitset
	for n, word := range distinct(words) {
		if n < 2 { // what the first word finds is narrowed by the others
			found = m.bitsets()
		}
		exact := m.search(found, func(t *text, b bitset) { t.find(b, word) })
		if !exact && forgivable(word) && m.search(found, func(t *text, b bitset) { t.guess(b, word) }) {
			s.Typos = append(s.Typos, word)
		}
		left := false
		for i := range s.picks {
			k := &s.picks[i]
			if n == 0 {
				k.bits = found[i]
				k.bits.andNot(m.parts[i].dead)
			} else {
				k.bits.and(found[i])
			}
			left = left || k.bits.meets(nil)
		}
		if !left {
			return
		}
	}
}

// bitsets returns an empty set for each run.
func (m Map[T]) bitsets() []bitset {
	all := make([]bitset, len(m.parts))
	for i := range m.parts {
		all[i] = newBitset(len(m.parts[i].run.items))
	}
	return all
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
