package strictjson

import (
	"math"
	"reflect"
)

// open enters the array or object at pos. ok is false when its nesting is too
// deep; it was then skipped, and good says whether that went well.
func (d *decoder) open() (ok, good bool) {
	if len(d.path) < d.depth {
		d.pos++
		return true, true
	}
	d.faultf(d.pos, "nested deeper than %d levels", d.depth)
	return false, d.skip()
}

// skip reads the value at pos for its syntax alone.
func (d *decoder) skip() bool {
	end, reason := skipValue(d.data, d.pos)
	if reason != "" {
		return d.fatal(end, reason)
	}
	d.pos = end
	return true
}

// next goes to the next element or member; n is its number. more is false at
// the closing bracket. What is beyond MaxItems is skipped.
func (d *decoder) next(n int, closing byte) (more, ok bool) {
	for {
		d.space()
		if d.pos >= len(d.data) {
			return false, d.fatal(d.pos, reasonEnd)
		}
		c := d.data[d.pos]
		if c == closing {
			d.pos++
			return false, true
		}
		if n > 0 {
			if c != ',' {
				return false, d.fatal(d.pos, separatorReason(d.data[d.pos:], closing))
			}
			d.pos++
			d.space()
		}
		if d.o.MaxItems <= 0 || n < d.o.MaxItems {
			return true, true
		}
		if n == d.o.MaxItems {
			d.faultf(d.pos, "more than %d entries", n)
		}
		if n < math.MaxInt {
			n++
		}
		if closing == '}' {
			end, reason := skipName(d.data, d.pos)
			if reason != "" {
				return false, d.fatal(end, reason)
			}
			d.pos = end
		}
		if !d.skip() {
			return false, false
		}
	}
}

// name reads a member's name and colon, and makes it the last of the path.
func (d *decoder) name() (n name, flags textFlags, ok bool) {
	if d.pos >= len(d.data) || d.data[d.pos] != '"' {
		return n, 0, d.fatal(d.pos, nameReason(d.data[d.pos:]))
	}
	start := d.pos + 1
	end, flags, reason := scanString(d.data, start)
	if reason != "" {
		return n, 0, d.fatal(end, reason)
	}
	n = name{start: int32(start), end: int32(end), escaped: flags&hasEscape != 0} //nolint:gosec // decodeAll bounds the input
	d.path = append(d.path, n)
	if flags&(hasHigh|hasLone) != 0 {
		d.checkText(start, end, flags)
	}
	d.pos = skipSpace(d.data, end+1)
	if d.pos >= len(d.data) || d.data[d.pos] != ':' {
		return n, 0, d.fatal(d.pos, colonReason(d.data[d.pos:]))
	}
	d.pos++
	d.space()
	return n, flags, true
}

// duplicate notes that the last of the path is there twice, and skips it: the
// first one counts.
func (d *decoder) duplicate(n name) bool {
	d.faultf(int(n.start)-1, "duplicate member %s", text(d.bytes(n)))
	return d.check()
}

// pop takes the last element off the path.
func (d *decoder) pop() { d.path = d.path[:len(d.path)-1] }

func (d *decoder) objectValue(p *plan, v reflect.Value) bool {
	if ok, good := d.open(); !ok {
		return good
	}
	set := d.newSet()
	defer d.drop(&set)
	if p.op == opMap {
		return d.mapMembers(p, v, &set)
	}
	return d.structMembers(p, v, &set)
}
