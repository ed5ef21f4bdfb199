package index

import (
	"sort"
	"strings"
)

// find adds to b the items in whose texts the word occurs.
func (t *text) find(b bitset, word string) {
	if len(word) == 1 && word[0] < 128 {
		if have := t.letters[word[0]]; have != nil {
			copy(b, have)
		}
		return
	}
	// Tokens that begin with the word stand together.
	lo, hi := t.prefixed(word)
	t.put(b, lo, hi)
	for _, id := range t.grams.candidates(word) {
		if (id < lo || id >= hi) && strings.Contains(t.token(id), word) {
			t.put(b, id, id+1)
		}
	}
}

// prefixed returns the range of the tokens that begin with the word.
func (t *text) prefixed(word string) (lo, hi uint32) {
	n := len(t.ends)
	first := sort.Search(n, func(i int) bool { return t.token(uint32(i)) >= word }) //nolint:gosec // below n
	size := sort.Search(n-first, func(i int) bool {
		return !strings.HasPrefix(t.token(uint32(first+i)), word) //nolint:gosec // below n
	})
	return uint32(first), uint32(first + size) //nolint:gosec // at most n
}
