package index

import (
	"math/bits"
	"slices"
)

// bitset is a set of the positions in a run.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

// fullBitset has all positions below n.
func fullBitset(n int) bitset {
	b := newBitset(n)
	for i := range b {
		b[i] = ^uint64(0)
	}
	if n%64 != 0 {
		b[len(b)-1] = 1<<(n%64) - 1
	}
	return b
}

func (b bitset) has(i int) bool { return b[i/64]>>(i%64)&1 != 0 }
func (b bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) clear(i int)    { b[i/64] &^= 1 << (i % 64) }

func (b bitset) and(c bitset) {
	c = c[:len(b)]
	for i := range b {
		b[i] &= c[i]
	}
}

func (b bitset) andNot(c bitset) {
	for i := range c {
		b[i] &^= c[i]
	}
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// meets reports whether b has a position that c has and without has not.
func (b bitset) meets(without bitset) bool {
	for i, w := range b {
		if without != nil {
			w &^= without[i]
		}
		if w != 0 {
			return true
		}
	}
	return false
}

// next returns the first position from i on, or -1.
func (b bitset) next(i int) int {
	if i/64 >= len(b) {
		return -1
	}
	w := b[i/64] >> (i % 64)
	if w != 0 {
		return i + bits.TrailingZeros64(w)
	}
	for j := i/64 + 1; j < len(b); j++ {
		if b[j] != 0 {
			return j*64 + bits.TrailingZeros64(b[j])
		}
	}
	return -1
}

// previous returns the last position up to i, or -1.
func (b bitset) previous(i int) int {
	if i < 0 {
		return -1
	}
	w := b[i/64] << (63 - i%64)
	if w != 0 {
		return i - bits.LeadingZeros64(w)
	}
	for j := i/64 - 1; j >= 0; j-- {
		if b[j] != 0 {
			return j*64 + 63 - bits.LeadingZeros64(b[j])
		}
	}
	return -1
}

// posting is a set of positions that does not change: a list while they are few.
type posting struct {
	list []uint16
	bits bitset
}

// pack keeps the list, or makes a bitset of it if that is smaller.
func pack(list []uint16, n int) posting {
	if len(list)*16 <= n {
		return posting{list: list}
	}
	return posting{bits: posting{list: list}.unpack(n)}
}

// unpack returns a set of its own.
func (p posting) unpack(n int) bitset {
	if p.bits != nil {
		return slices.Clone(p.bits)
	}
	b := newBitset(n)
	for _, i := range p.list {
		b.set(int(i))
	}
	return b
}

// narrow removes from b what is not in p. n is the size of the run.
func (p posting) narrow(b bitset) {
	if p.bits != nil {
		b.and(p.bits)
		return
	}
	// The list is sorted: empty the words between its positions, and mask those it meets.
	at := 0
	for k := 0; k < len(p.list); {
		word, mask := int(p.list[k])/64, uint64(0)
		for ; k < len(p.list) && int(p.list[k])/64 == word; k++ {
			mask |= 1 << (p.list[k] % 64)
		}
		clear(b[at:word])
		b[word] &= mask
		at = word + 1
	}
	clear(b[at:])
}
