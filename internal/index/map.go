package index

import "iter"

// Map is one version of a set of items in their order. It is safe for concurrent
// use. The zero Map is empty.
type Map[T Item] struct {
	parts []part[T] // the larger first
}

// Len returns the number of items.
func (m Map[T]) Len() int {
	n := 0
	for i := range m.parts {
		n += m.parts[i].live
	}
	return n
}

// All ranges over the items in order.
func (m Map[T]) All() iter.Seq[T] { return m.whole().All(false) }

// Named ranges over the items with a name.
func (m Map[T]) Named(name string) iter.Seq[T] {
	return func(yield func(T) bool) {
		for item := range m.whole().After(Place{Name: name}, false) { // no key is empty
			if item.Place().Name != name || !yield(item) {
				return
			}
		}
	}
}

// whole selects all items.
func (m Map[T]) whole() *Selection[T] {
	s := newSelection[T](len(m.parts))
	for i := range m.parts {
		p := &m.parts[i]
		k := pick[T]{items: p.run.items}
		if p.dead != nil {
			k.bits = fullBitset(len(p.run.items))
			k.bits.andNot(p.dead)
		}
		s.picks[i] = k
		s.count += p.live
	}
	return s
}
