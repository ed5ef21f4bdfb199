package btree

import (
	"slices"
	"sort"
)

// node is a leaf (keys and values) or a branch (keys and children). keys[i] of a
// branch is at most the least key below children[i], and greater than every
// key below children[i-1]. keys[0] is what the parent says of the node, too; in
// the leftmost branches, where keys smaller than it may be put, nobody looks at it.
type node[K, V any] struct {
	owner    *Edit[K, V] // who may change it in place; nobody when nil
	keys     []K
	values   []V
	children []*node[K, V]
}

// find returns where key is, or belongs, in a leaf.
func (n *node[K, V]) find(key K, compare func(a, b K) int) (int, bool) {
	return slices.BinarySearchFunc(n.keys, key, compare)
}

// child returns which child of a branch key is, or belongs, below.
func (n *node[K, V]) child(key K, compare func(a, b K) int) int {
	return sort.Search(len(n.keys)-1, func(i int) bool { return compare(n.keys[i+1], key) > 0 })
}

func (n *node[K, V]) from(key K, compare func(a, b K) int, yield func(K, V) bool) bool {
	if n.children == nil {
		i, _ := n.find(key, compare)
		return n.each(i, yield)
	}
	i := n.child(key, compare)
	if !n.children[i].from(key, compare, yield) {
		return false
	}
	return n.each(i+1, yield)
}

// each yields what lies at and after place i of this node.
func (n *node[K, V]) each(i int, yield func(K, V) bool) bool {
	if n.children == nil {
		for ; i < len(n.keys); i++ {
			if !yield(n.keys[i], n.values[i]) {
				return false
			}
		}
		return true
	}
	for ; i < len(n.children); i++ {
		if !n.children[i].each(0, yield) {
			return false
		}
	}
	return true
}

// split moves the upper half of n into a new node.
func (n *node[K, V]) split() *node[K, V] {
	half := len(n.keys) / 2
	right := &node[K, V]{owner: n.owner, keys: slices.Clone(n.keys[half:])}
	clear(n.keys[half:])
	n.keys = n.keys[:half]
	if n.children == nil {
		right.values = slices.Clone(n.values[half:])
		clear(n.values[half:])
		n.values = n.values[:half]
		return right
	}
	right.children = slices.Clone(n.children[half:])
	clear(n.children[half:])
	n.children = n.children[:half]
	return right
}
