package index

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// text is the index of the words of a run. Texts are cut at white space into tokens,
// and a word, which has none, occurs in a text if it occurs in one of its tokens. So only
// distinct tokens are searched.
type text struct {
	n       int      // items in the run
	all     string   // the distinct tokens, sorted, each followed by a line feed
	ends    []uint32 // ends of the tokens in all, before the line feed
	items   []uint16 // that have the tokens, token by token
	upto    []uint32 // ends of the tokens' items in items
	letters map[byte]bitset
	// grams finds the tokens that have two bytes in a row.
	grams gramTable
	// starts are the places in all where a term begins, sorted by what follows. A term
	// is what lies between characters that are neither letters nor digits.
	starts []uint32
}

// token returns a token.
func (t *text) token(id uint32) string { return t.all[t.begin(id):t.ends[id]] }

func (t *text) begin(id uint32) uint32 {
	if id == 0 {
		return 0
	}
	return t.ends[id-1] + 1
}

// put adds to b the items that have one of the tokens [lo, hi).
func (t *text) put(b bitset, lo, hi uint32) {
	if lo >= hi {
		return
	}
	first := uint32(0)
	if lo > 0 {
		first = t.upto[lo-1]
	}
	for _, i := range t.items[first:t.upto[hi-1]] {
		b.set(int(i))
	}
}

// index derives letters, grams and starts, side by side.
func (t *text) index() {
	var others sync.WaitGroup
	others.Go(func() { t.grams = newGramTable(t) })
	others.Go(t.indexLetters)
	t.indexStarts()
	others.Wait()
}

func (t *text) indexLetters() {
	seen := [128]bitset{}
	for id := range uint32(len(t.ends)) { //nolint:gosec // less than there are bytes
		token := t.token(id)
		var done [2]uint64
		for i := range len(token) {
			c := token[i] % 128
			if token[i] >= 128 || done[c/64]>>(c%64)&1 != 0 {
				continue
			}
			done[c/64] |= 1 << (c % 64)
			if seen[c] == nil {
				seen[c] = newBitset(t.n)
			}
			t.put(seen[c], id, id+1)
		}
	}
	t.letters = map[byte]bitset{}
	for c, b := range seen {
		if b != nil {
			t.letters[byte(c)] = b
		}
	}
}

func (t *text) indexStarts() {
	var first, later []uint32             // terms at the beginning of a token, and behind it
	for id := range uint32(len(t.ends)) { //nolint:gosec // less than there are bytes
		inside := false
		for i, r := range t.token(id) {
			part := termRune(r)
			switch {
			case !part || inside:
			case i == 0:
				first = append(first, t.begin(id))
			default:
				later = append(later, t.begin(id)+uint32(i)) //nolint:gosec // below len(t.all)
			}
			inside = part
		}
	}
	compare := func(a, b uint32) int { return strings.Compare(t.all[a:], t.all[b:]) }
	slices.SortFunc(first, compare) // they are in order already, but for characters that precede the line feed
	slices.SortFunc(later, compare)
	t.starts = make([]uint32, 0, len(first)+len(later))
	for len(first) > 0 && len(later) > 0 {
		if compare(first[0], later[0]) < 0 {
			t.starts, first = append(t.starts, first[0]), first[1:]
		} else {
			t.starts, later = append(t.starts, later[0]), later[1:]
		}
	}
	t.starts = append(append(t.starts, first...), later...)
}

// termRune reports whether r is part of a term.
func termRune(r rune) bool {
	if r < 128 {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}
