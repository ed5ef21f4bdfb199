package version

import (
	"cmp"
	"math"
)

// packed is a Version in half the space: the numbers in 32 bits each, the rest
// by its place in the text.
type packed struct {
	raw        string
	numbers    [3]uint32 // math.MaxUint32: too large, and read from the text again
	pre, build uint16    // where they start in raw; 0: there is none
}

func pack(v Version) packed {
	p := packed{raw: v.raw}
	for i, n := range [...]uint64{v.major, v.minor, v.patch} {
		p.numbers[i] = uint32(min(n, math.MaxUint32))
	}
	if v.build != "" {
		p.build = uint16(len(v.raw) - len(v.build)) //nolint:gosec // MaxVersionBytes
	}
	if v.pre != "" {
		end := len(v.raw)
		if p.build > 0 {
			end = int(p.build) - 1
		}
		p.pre = uint16(end - len(v.pre)) //nolint:gosec // MaxVersionBytes
	}
	return p
}

// version unpacks. It allocates for numbers that nobody uses only.
func (p *packed) version() Version {
	v := Version{raw: p.raw, major: uint64(p.numbers[0]), minor: uint64(p.numbers[1]), patch: uint64(p.numbers[2])}
	if p.numbers[0] == math.MaxUint32 || p.numbers[1] == math.MaxUint32 || p.numbers[2] == math.MaxUint32 {
		v, _ = parseVersion(p.raw) // it was one
		return v
	}
	rest := p.raw
	if p.build > 0 {
		v.build, rest = rest[p.build:], rest[:p.build-1]
	}
	if p.pre > 0 {
		v.pre = rest[p.pre:]
	}
	return v
}

// core reports whether the three numbers are below v's. sure is false when they are equal or too
// large.
func (p *packed) core(v *Version) (below, sure bool) {
	n, m := p.numbers[0], v.major
	if uint64(n) == m && n < math.MaxUint32 {
		if n, m = p.numbers[1], v.minor; uint64(n) == m && n < math.MaxUint32 {
			n, m = p.numbers[2], v.patch
		}
	}
	return uint64(n) < m, uint64(n) != m && n < math.MaxUint32
}

// compare is Version.Compare.
func (p *packed) compare(q *packed) int {
	for i, n := range p.numbers {
		if m := q.numbers[i]; n != m {
			return cmp.Compare(n, m)
		}
		if n == math.MaxUint32 {
			break
		}
	}
	return p.version().Compare(q.version())
}

// below reports whether the cut is newer.
func (p *packed) below(c *cut) bool {
	if c.side == end {
		return true
	}
	if below, sure := p.core(&c.at); sure {
		return below
	}
	v := p.version()
	return c.above(&v)
}
