package index

import (
	"runtime"
	"slices"
	"strings"
	"sync"
)

// textBuilder collects the tokens of some items that follow each other.
type textBuilder struct {
	at     uint16 // the item that texts are added to
	ids    map[string]uint32
	tokens []string
	last   []int32  // by token: the last item that has it
	pairs  []uint64 // token << 16 | item
	order  []uint32 // the tokens, sorted
	rank   []uint32 // by token: its place among those of all builders
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

// sort derives order.
func (b *textBuilder) sort() {
	b.order, b.rank = make([]uint32, len(b.tokens)), make([]uint32, len(b.tokens))
	for i := range b.order {
		b.order[i] = uint32(i)
	}
	slices.SortFunc(b.order, func(x, y uint32) int { return strings.Compare(b.tokens[x], b.tokens[y]) })
}

// builderItems is how many items are worth a builder of their own.
const builderItems = 256

// newText makes the text of n items, about parts of them side by side. It is the same in
// however many parts.
func newText(n int, say func(item int, add func(string))) *text {
	size := max(builderItems, (n+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var all []*textBuilder
	var g sync.WaitGroup
	for from := 0; from < n; from += size {
		b := &textBuilder{ids: make(map[string]uint32, 2*size)}
		all = append(all, b)
		g.Go(func() {
			for i := from; i < min(from+size, n); i++ {
				b.at = uint16(i) //nolint:gosec // at most maxRun
				say(i, b.add)
			}
			b.sort()
		})
	}
	g.Wait()
	t := &text{n: n}
	t.tokens(all)
	t.place(all)
	t.index()
	return t
}

// tokens merges those of the builders.
func (t *text) tokens(from []*textBuilder) {
	size, count := 0, 0
	rest := make([][]uint32, len(from))
	for i, b := range from {
		rest[i] = b.order
		count += len(b.order)
		for _, token := range b.tokens {
			size += len(token) + 1
		}
	}
	t.ends = make([]uint32, 0, count)
	var all strings.Builder
	all.Grow(size)
	for {
		token, some := "", false
		for i, b := range from {
			if len(rest[i]) == 0 {
				continue
			}
			if next := b.tokens[rest[i][0]]; !some || next < token {
				token, some = next, true
			}
		}
		if !some {
			break
		}
		for i, b := range from {
			if len(rest[i]) > 0 && b.tokens[rest[i][0]] == token {
				b.rank[rest[i][0]] = uint32(len(t.ends)) //nolint:gosec // less than there are bytes
				rest[i] = rest[i][1:]
			}
		}
		all.WriteString(token)
		t.ends = append(t.ends, uint32(all.Len())) //nolint:gosec // the texts of a run are far below 4 GiB
		all.WriteByte('\n')
	}
	t.all = all.String()
	if len(t.ends) < count { // keep no room for what several had
		t.all, t.ends = strings.Clone(t.all), append([]uint32{}, t.ends...)
	}
}

// place sorts the items by token. Those of one builder come before those of the next.
func (t *text) place(from []*textBuilder) {
	t.upto = make([]uint32, len(t.ends))
	sum := uint32(0)
	for _, b := range from {
		for _, p := range b.pairs {
			t.upto[b.rank[p>>16]]++
		}
	}
	for i, n := range t.upto {
		t.upto[i] = sum // first the beginnings, which move to the ends below
		sum += n
	}
	t.items = make([]uint16, sum)
	for _, b := range from {
		for _, p := range b.pairs {
			id := b.rank[p>>16]
			t.items[t.upto[id]] = uint16(p) //nolint:gosec // the item
			t.upto[id]++
		}
	}
}
