package strictjson

import (
	"math"
	"reflect"
	"strings"
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

// next goes to the next element or member; n is its number. more is false at the closing bracket.
// What is beyond MaxItems is skipped.
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

func (d *decoder) structMembers(p *plan, v reflect.Value, set *nameSet) bool {
	var seen [maxFields / 64]uint64
	likely := 0
	for n := 0; ; n++ {
		more, ok := d.next(n, '}')
		if !more {
			return ok
		}
		key, _, ok := d.name()
		if !ok {
			return false
		}
		i := p.find(d.bytes(key), likely)
		switch {
		case i < 0:
			ok = d.unknown(p, set, key)
		case seen[i/64]>>(i%64)&1 == 1:
			ok = d.duplicate(key)
		default:
			seen[i/64] |= 1 << (i % 64)
			likely = i + 1
			ok = d.value(p.fields[i].plan, v.Field(p.fields[i].index))
		}
		if !ok {
			return false
		}
		d.pop()
	}
}

// unknown reads a member that the type does not name.
func (d *decoder) unknown(p *plan, set *nameSet, key name) bool {
	if !d.add(set, key) {
		return d.duplicate(key)
	}
	b := d.bytes(key)
	if d.o.AllowUnknown || (len(b) > 1 && b[0] == 'x' && b[1] == '-') {
		return d.check()
	}
	if d.full() {
		return d.check()
	}
	hint := ""
	for _, f := range p.fields {
		if len(b) < 64 && strings.EqualFold(f.name, string(b)) {
			hint = "; it is written " + f.name
		}
	}
	d.faultf(int(key.start)-1, "unknown member %s%s", text(b), hint)
	return d.check()
}

func (d *decoder) mapMembers(p *plan, v reflect.Value, set *nameSet) bool {
	v.Set(reflect.MakeMap(p.typ))
	elem := reflect.New(p.elem.typ).Elem()
	for n := 0; ; n++ {
		more, ok := d.next(n, '}')
		if !more {
			return ok
		}
		key, flags, ok := d.name()
		if !ok {
			return false
		}
		if !d.add(set, key) {
			if !d.duplicate(key) {
				return false
			}
			d.pop()
			continue
		}
		elem.SetZero()
		if !d.value(p.elem, elem) {
			return false
		}
		if s, fits := d.key(key, flags); fits {
			v.SetMapIndex(reflect.ValueOf(s).Convert(p.typ.Key()), elem)
		}
		d.pop()
	}
}

// key returns a map's key, whose text name has checked already.
func (d *decoder) key(n name, flags textFlags) (s string, ok bool) {
	if d.o.MaxText > 0 && int(n.end-n.start) > d.o.MaxText {
		d.faultf(int(n.start)-1, "name of %d bytes is longer than %d", n.end-n.start, d.o.MaxText)
		return "", false
	}
	muted := d.muted
	d.muted = true
	s, ok = d.str(int(n.start), int(n.end), flags)
	d.muted = muted
	return s, ok
}

func (d *decoder) slice(p *plan, v reflect.Value) bool {
	if ok, good := d.open(); !ok {
		return good
	}
	v.SetZero()
	for n := 0; ; n++ {
		more, ok := d.next(n, ']')
		if !more {
			if n == 0 {
				v.Set(reflect.MakeSlice(p.typ, 0, 0))
			}
			return ok
		}
		if n == v.Cap() {
			d.grow(p, v, n)
		}
		v.SetLen(n + 1)
		d.path = append(d.path, name{start: -1, end: int32(n)})
		if !d.value(p.elem, v.Index(n)) {
			return false
		}
		d.pop()
	}
}

// grow makes room in a full slice of n elements. For elements that are large it looks
// ahead how many there still are, so that what is kept has no slack.
func (d *decoder) grow(p *plan, v reflect.Value, n int) {
	const large, least = 64, 16
	if p.elem.typ.Size() < large {
		v.Grow(1)
		return
	}
	more, i := 1, d.pos
	for ; more < max(n, least); more++ {
		end, reason := skipValue(d.data, i)
		if i = skipSpace(d.data, end); reason != "" || i >= len(d.data) || d.data[i] != ',' {
			break
		}
		i++
	}
	grown := reflect.MakeSlice(p.typ, n, n+more)
	reflect.Copy(grown, v)
	v.Set(grown)
}
