package strictjson

import "strconv"

// Elements walks the elements of a captured array. It is not for concurrent
// use.
type Elements struct {
	array Raw
	at    int // of the current element in array.Bytes
	n     int // its index
}

// Elements returns the walk, at the first element. Of a value that is no array
// there are none, and in one that is not valid JSON it ends at the fault.
func (r Raw) Elements() *Elements {
	e := &Elements{array: r, at: len(r.Bytes)}
	if len(r.Bytes) > 0 && r.Bytes[0] == '[' {
		e.at = skipSpace(r.Bytes, 1)
	}
	return e
}

// More reports whether there is a current element.
func (e *Elements) More() bool {
	return e.at < len(e.array.Bytes) && e.array.Bytes[e.at] != ']'
}

// Offset is that of the current element in the whole document.
func (e *Elements) Offset() int { return e.array.Offset + e.at }

// Index is that of the current element.
func (e *Elements) Index() int { return e.n }

// Pointer is that of the current element in the whole document.
func (e *Elements) Pointer() string { return e.array.Pointer + "/" + strconv.Itoa(e.n) }

// Next captures the current element and goes to the next.
func (e *Elements) Next() Raw {
	start := e.at
	end, reason := skipValue(e.array.Bytes, start)
	r := Raw{Bytes: e.array.Bytes[start:end:end], Offset: e.Offset(), Pointer: e.Pointer()}
	if reason != "" {
		end = len(e.array.Bytes)
	}
	e.advance(end)
	return r
}

func (e *Elements) advance(end int) {
	e.n++
	if e.at = skipSpace(e.array.Bytes, end); e.at < len(e.array.Bytes) && e.array.Bytes[e.at] == ',' {
		e.at = skipSpace(e.array.Bytes, e.at+1)
	}
}
