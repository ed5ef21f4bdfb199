package index

import "math/bits"

// gramTable lists tokens by the pairs of bytes in them. Pairs share a bucket by
// their hash, so a bucket says which tokens may have a pair.
type gramTable struct {
	shift uint8
	upto  []uint32 // ends of the buckets in ids
	ids   []uint32 // of tokens, bucket by bucket, ascending
}

const (
	minGramBits = 4
	maxGramBits = 12
)

func (g *gramTable) bucket(a, b byte) uint32 {
	return (uint32(a)<<8 | uint32(b)) * 0x9E3779B1 >> g.shift
}

func newGramTable(t *text) gramTable {
	tokens := uint32(len(t.ends)) //nolint:gosec // less than there are bytes
	size := min(max(bits.Len32(tokens), minGramBits), maxGramBits)
	g := gramTable{shift: uint8(32 - size), upto: make([]uint32, 1<<size)}
	last := make([]uint32, len(g.upto)) // by bucket: 1 + the last token in it
	each := func(f func(bucket, id uint32)) {
		clear(last)
		for id := range tokens {
			token := t.token(id)
			for i := 1; i < len(token); i++ {
				if k := g.bucket(token[i-1], token[i]); last[k] != id+1 {
					last[k] = id + 1
					f(k, id)
				}
			}
		}
	}
	each(func(k, _ uint32) { g.upto[k]++ })
	sum := uint32(0)
	for k, n := range g.upto {
		g.upto[k] = sum
		sum += n
	}
	g.ids = make([]uint32, sum)
	each(func(k, id uint32) {
		g.ids[g.upto[k]] = id
		g.upto[k]++
	})
	return g
}

// candidates returns the tokens that may have word, which has at least two bytes.
func (g *gramTable) candidates(word string) []uint32 {
	var best []uint32
	for i := 1; i < len(word); i++ {
		k, first := g.bucket(word[i-1], word[i]), uint32(0)
		if k > 0 {
			first = g.upto[k-1]
		}
		if ids := g.ids[first:g.upto[k]]; i == 1 || len(ids) < len(best) {
			best = ids
		}
	}
	return best
}
