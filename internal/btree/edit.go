package btree

import "slices"

// Edit makes a new version of a Map. It is for one goroutine; the Map it began
// with stays as it is.
type Edit[K, V any] struct {
	next Map[K, V]
}

// Edit begins a new version.
func (m Map[K, V]) Edit() *Edit[K, V] { return &Edit[K, V]{next: m} }

// Map ends the edit and returns the new version. The Edit must not be used
// afterwards.
func (e *Edit[K, V]) Map() Map[K, V] {
	m := e.next
	e.next = Map[K, V]{}
	return m
}

// Set puts value under key.
func (e *Edit[K, V]) Set(key K, value V) {
	root := e.own(e.next.root)
	if right := e.set(root, key, value); right != nil {
		root = &node[K, V]{
			owner:    e,
			keys:     []K{root.keys[0], right.keys[0]},
			children: []*node[K, V]{root, right},
		}
	}
	e.next.root = root
}

// Delete removes key and reports whether it was there.
func (e *Edit[K, V]) Delete(key K) bool {
	if _, found := e.next.Get(key); !found {
		return false
	}
	root := e.own(e.next.root)
	e.remove(root, key)
	for len(root.children) == 1 {
		root = root.children[0]
	}
	e.next.root = root
	e.next.size--
	return true
}

// own returns a node that this edit may change: n, or a copy of it.
func (e *Edit[K, V]) own(n *node[K, V]) *node[K, V] {
	if n.owner == e {
		return n
	}
	c := &node[K, V]{owner: e, keys: grown(n.keys)}
	if n.children == nil {
		c.values = grown(n.values)
	} else {
		c.children = grown(n.children)
	}
	return c
}

// grown copies s and leaves room for one more, the most frequent edit.
func grown[T any](s []T) []T { return append(make([]T, 0, len(s)+1), s...) }

// set puts value under key below n, which the edit owns, and returns a new right
// neighbour if n had to be split.
func (e *Edit[K, V]) set(n *node[K, V], key K, value V) *node[K, V] {
	if n.children == nil {
		i, found := n.find(key, e.next.compare)
		if found {
			n.values[i] = value
			return nil
		}
		n.keys = slices.Insert(n.keys, i, key)
		n.values = slices.Insert(n.values, i, value)
		e.next.size++
	} else {
		i := n.child(key, e.next.compare)
		n.children[i] = e.own(n.children[i])
		right := e.set(n.children[i], key, value)
		if right == nil {
			return nil
		}
		n.keys = slices.Insert(n.keys, i+1, right.keys[0])
		n.children = slices.Insert(n.children, i+1, right)
	}
	if len(n.keys) <= width {
		return nil
	}
	return n.split()
}

// remove takes key, which is there, out from below n, which the edit owns.
func (e *Edit[K, V]) remove(n *node[K, V], key K) {
	if n.children == nil {
		i, _ := n.find(key, e.next.compare)
		n.keys = slices.Delete(n.keys, i, i+1)
		n.values = slices.Delete(n.values, i, i+1)
		return
	}
	i := n.child(key, e.next.compare)
	n.children[i] = e.own(n.children[i])
	e.remove(n.children[i], key)
	e.shrink(n, i)
}

// shrink joins child i of n with a neighbour when one of them is empty or both
// fit in one node with room to spare, so that a tree that shrinks gets rid of
// its nodes.
func (e *Edit[K, V]) shrink(n *node[K, V], i int) {
	for _, left := range []int{i - 1, i} {
		if left < 0 || left+1 >= len(n.children) {
			continue
		}
		a, b := n.children[left], n.children[left+1]
		if len(a.keys)+len(b.keys) > width/2 && len(a.keys) > 0 && len(b.keys) > 0 {
			continue
		}
		a = e.own(a)
		a.keys = append(a.keys, b.keys...)
		a.values = append(a.values, b.values...)
		a.children = append(a.children, b.children...)
		n.children[left] = a
		n.keys = slices.Delete(n.keys, left+1, left+2)
		n.children = slices.Delete(n.children, left+1, left+2)
		return
	}
}
