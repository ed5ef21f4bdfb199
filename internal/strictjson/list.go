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
	known      bool
}

func (*List) list() {}

// lists is any List.
type lists interface{ list() }

// Len is how many elements there are.
func (l *List) Len() int { return len(l.elements) }

// At captures element i, as part of the input. known says that Options.Known took it.
func (l *List) At(i int) (r Raw, known bool) {
	e := l.elements[i]
	return Raw{
		Bytes: l.Bytes[e.start:e.end:e.end], Offset: l.Offset + int(e.start), Pointer: l.Pointer + "/" + strconv.Itoa(i),
	}, e.known
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
	if i < len(d.data) && d.data[i] == ']' {
		return nil, i + 1, ""
	}
	for {
		e := span{start: int32(i - start)} //nolint:gosec // decodeAll bounds the input
		n := 0
		if d.o.Known != nil {
			n = d.o.Known(d.data[i:])
		}
		if e.known = n > 0; e.known {
			i += n
		} else if i, reason = skipValue(d.data, i); reason != "" {
			return nil, i, reason
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
	}
}
