package index

import (
	"slices"
	"strings"
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

// textBuilder collects the tokens of a run.
type textBuilder struct {
	n      int
	at     uint16 // the item that texts are added to
	ids    map[string]uint32
	tokens []string
	last   []int32  // by token: the last item that has it
	pairs  []uint64 // token << 16 | item
}

func newTextBuilder(n int) *textBuilder {
	return &textBuilder{n: n, ids: make(map[string]uint32, n)}
}

func (b *textBuilder) add(s string) {
	for token := range strings.FieldsSeq(s) {
		id, ok := b.ids[token]
		if !ok {
			id = uint32(len(b.tokens)) //nolint:gosec // less than there are bytes
			b.ids[token] = id
			b.tokens = append(b.tokens, token)
			b.last = append(b.last, -1)
		}
		if b.last[id] != int32(b.at) {
			b.last[id] = int32(b.at)
			b.pairs = append(b.pairs, uint64(id)<<16|uint64(b.at))
		}
	}
}

func (b *textBuilder) build() *text {
	order := make([]uint32, len(b.tokens))
	size := 0
	for i, token := range b.tokens {
		order[i] = uint32(i)
		size += len(token) + 1
	}
	slices.SortFunc(order, func(x, y uint32) int { return strings.Compare(b.tokens[x], b.tokens[y]) })

	t := &text{n: b.n, ends: make([]uint32, len(order)), upto: make([]uint32, len(order))}
	rank := make([]uint32, len(order))
	var all strings.Builder
	all.Grow(size)
	for i, id := range order {
		rank[id] = uint32(i)
		all.WriteString(b.tokens[id])
		t.ends[i] = uint32(all.Len()) //nolint:gosec // the texts of a run are far below 4 GiB
		all.WriteByte('\n')
	}
	t.all = all.String()
	b.place(t, rank)
	t.index()
	return t
}

// place sorts the items by token.
func (b *textBuilder) place(t *text, rank []uint32) {
	for _, p := range b.pairs {
		t.upto[rank[p>>16]]++
	}
	sum := uint32(0)
	for i, n := range t.upto {
		t.upto[i] = sum // first the beginnings, which move to the ends below
		sum += n
	}
	t.items = make([]uint16, len(b.pairs))
	for _, p := range b.pairs {
		id := rank[p>>16]
		t.items[t.upto[id]] = uint16(p) //nolint:gosec // the item
		t.upto[id]++
	}
}

// index derives letters, grams and starts.
func (t *text) index() {
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
		inside := false
		for i, r := range token {
			part := termRune(r)
			if part && !inside {
				t.starts = append(t.starts, t.begin(id)+uint32(i)) //nolint:gosec // below len(t.all)
			}
			inside = part
		}
	}
	t.letters = map[byte]bitset{}
	for c, b := range seen {
		if b != nil {
			t.letters[byte(c)] = b
		}
	}
	t.starts = slices.Clip(t.starts)
	slices.SortFunc(t.starts, func(a, b uint32) int { return strings.Compare(t.all[a:], t.all[b:]) })
	t.grams = newGramTable(t)
}

// termRune reports whether r is part of a term.
func termRune(r rune) bool {
	if r < 128 {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}
