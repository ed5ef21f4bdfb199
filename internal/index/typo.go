package index

import (
	"sort"
	"unicode"
	"unicode/utf8"
)

// minTypo is how many letters a word has at least whose typing errors are forgiven.
// A shorter one would match nearly everything.
const minTypo = 4

// forgivable reports whether the word has enough letters. Digits do not count: a
// number that differs is another number.
func forgivable(word string) bool {
	n := 0
	for _, r := range word {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n >= minTypo
}

// guess adds to b the items in whose texts, at the beginning of a term, stands
// something that one inserted, missing, wrong or swapped character tells from the word.
func (t *text) guess(b bitset, word string) {
	g := guesser{t: t, into: b}
	g.walk(word)
}

// guesser goes down the sorted terms as if they were a tree. Along the word, without an
// error yet, it tries each error that can follow, after which the rest of the word
// must stand there as it is; so it looks at few branches.
type guesser struct {
	t    *text
	into bitset
}

// span is the terms [lo, hi), which agree in their first depth bytes.
type span struct{ lo, hi, depth int }

func (g *guesser) walk(word string) {
	at := span{0, len(g.t.starts), 0}
	for rest := word; at.lo < at.hi; {
		if rest == "" {
			g.hit(at)
			return
		}
		r, n := utf8.DecodeRuneInString(rest)
		second, m := utf8.DecodeRuneInString(rest[n:])
		g.exact(at, rest[n:]) // r is one too many
		for next := at; next.lo < at.hi; next.lo = next.hi {
			c, size := utf8.DecodeRuneInString(g.suffix(next.lo, at.depth))
			next = g.narrow(span{next.lo, at.hi, at.depth}, g.suffix(next.lo, at.depth)[:size])
			if c == '\n' || c == r {
				continue
			}
			g.exact(next, rest[n:]) // c is written as r
			g.exact(next, rest)     // c is missing
			if m > 0 && c == second {
				g.exact(next, string(r)+rest[n+m:]) // c and r are swapped
			}
		}
		at, rest = g.narrow(at, rest[:n]), rest[n:]
	}
}

// exact takes the terms of at that go on with rest.
func (g *guesser) exact(at span, rest string) {
	if rest != "" {
		at = g.narrow(at, rest)
	}
	g.hit(at)
}

// suffix returns what follows the first depth bytes of a term, to the end of all tokens.
func (g *guesser) suffix(i, depth int) string { return g.t.all[int(g.t.starts[i])+depth:] }

// narrow returns those of at that go on with prefix, which has no line feed unless
// it is one.
func (g *guesser) narrow(at span, prefix string) span {
	cut := func(i int) string {
		s := g.suffix(at.lo+i, at.depth)
		return s[:min(len(s), len(prefix))]
	}
	lo := sort.Search(at.hi-at.lo, func(i int) bool { return cut(i) >= prefix })
	hi := sort.Search(at.hi-at.lo-lo, func(i int) bool { return cut(lo+i) > prefix })
	return span{at.lo + lo, at.lo + lo + hi, at.depth + len(prefix)}
}

// hit adds the items of the terms.
func (g *guesser) hit(at span) {
	for _, start := range g.t.starts[at.lo:at.hi] {
		id := sort.Search(len(g.t.ends), func(i int) bool { return g.t.ends[i] > start })
		g.t.put(g.into, uint32(id), uint32(id+1)) //nolint:gosec // a token
	}
}
