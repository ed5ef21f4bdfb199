package strictjson

import (
	"reflect"
	"strconv"
)

// List captures an array, and where its elements lie, without decoding them. Of a value that
// is no array there are none. Its elements are checked for their syntax alone, and
// not even for that where Options.Known says so.
type List struct {
	Raw

	elements []span
}

// span is one element in the array's bytes.
type span struct {
	start, end int32
}

func (*List) list() {}

// lists is any List.
type lists interface{ list() }

// Len is how many elements there are.
func (l *List) Len() int { return len(l.elements) }

// At captures element i, as part of the input. left says that it was left out: only its Offset is known.
func (l *List) At(i int) (r Raw, left bool) {
	e := l.elements[i]
	if e.start == e.end {
		return Raw{Offset: l.Offset + int(e.start)}, true
	}
	return Raw{
		Bytes: l.Bytes[e.start:e.end:e.end], Offset: l.Offset + int(e.start), Pointer: l.Pointer + "/" + strconv.Itoa(i),
	}, false
}

// listValue captures the array at pos.
func (d *decoder) listValue(v reflect.Value) bool {
	l, ok := reflect.TypeAssert[*List](v.Addr())
	if !ok || d.data[d.pos] != '[' {
		return ok && d.raw(v.Field(0))
	}
	start := d.pos
	elements, end, reason := d.elements(start)
	if reason != "" { // once more, to find out the pointer
		d.muted = true
		return d.check() && d.fatal(end, reason)
	}
	d.pos = end
	l.elements = elements
	l.Raw = Raw{Bytes: d.data[start:end:end], Offset: d.o.Base + start, Pointer: d.pointer()}
	return true
}

// elements finds the elements of the array at start.
func (d *decoder) elements(start int) (list []span, end int, reason string) {
	i := skipSpace(d.data, start+1)
	left := d.left(i)
	if !left && i < len(d.data) && d.data[i] == ']' {
		return nil, i + 1, ""
	}
	for {
		e := span{start: int32(i - start)} //nolint:gosec // decodeAll bounds the input
		if !left {
			if i, reason = skipValue(d.data, i); reason != "" {
				return nil, i, reason
			}
		}
		e.end = int32(i - start) //nolint:gosec // as above
		list = append(list, e)
		i = skipSpace(d.data, i)
		switch {
		case i >= len(d.data):
			return nil, i, reasonEnd
		case d.data[i] == ']':
			return list, i + 1, ""
		case d.data[i] != ',':
			return nil, i, separatorReason(d.data[i:], ']')
		}
		i = skipSpace(d.data, i+1)
		left = d.left(i)
	}
}

// left reports whether an element was left out at i.
func (d *decoder) left(i int) bool { return d.o.Left != nil && d.o.Left(i) }
