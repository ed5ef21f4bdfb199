// Package btree is an ordered map whose versions are immutable: an edit makes a
// new version that shares with the old one all that it did not touch. Readers need
// no lock, and one small edit of a large map is cheap.
package btree

import "iter"

// width is how many entries a leaf, or how many children a branch, has at most.
const width = 64

// Map is one version of an ordered map. It is safe for concurrent use. The zero
// Map is not usable; start with New.
type Map[K, V any] struct {
	compare func(a, b K) int
	root    *node[K, V]
	size    int
}

// New returns an empty map ordered by compare, which returns a negative number,
// zero or a positive number as a is less than, equal to or greater than b.
func New[K, V any](compare func(a, b K) int) Map[K, V] {
	return Map[K, V]{compare: compare, root: &node[K, V]{}}
}

// Len returns the number of entries.
func (m Map[K, V]) Len() int { return m.size }

// Get returns the value under key and whether there is one.
func (m Map[K, V]) Get(key K) (V, bool) {
	n := m.root
	for n.children != nil {
		n = n.children[n.child(key, m.compare)]
	}
	if i, found := n.find(key, m.compare); found {
		return n.values[i], true
	}
	var zero V
	return zero, false
}

// From returns the entries whose key is at least key, in order.
func (m Map[K, V]) From(key K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { m.root.from(key, m.compare, yield) }
}

// First returns the entry with the least key and whether there is one.
func (m Map[K, V]) First() (K, V, bool) {
	var (
		key   K
		value V
		found bool
	)
	m.root.each(0, func(k K, v V) bool {
		key, value, found = k, v, true
		return false
	})
	return key, value, found
}
