package strictjson

import (
	"bytes"
	"encoding/json"
	"iter"
	"reflect"
	"strconv"
)

// Raw captures a value without decoding it, so that the entries of a big
// array can be decoded one by one with DecodeRaw.
type Raw struct {
	Bytes   []byte // the value alone; part of the decoded input, not a copy
	Offset  int    // of Bytes in the whole document
	Pointer string // of the value in the whole document
}

// Elements returns the elements of a captured array one by one; it ends early
// where the array's syntax does. Of any other value there are none.
func (r Raw) Elements() iter.Seq[Raw] {
	return func(yield func(Raw) bool) {
		if len(r.Bytes) == 0 || r.Bytes[0] != '[' {
			return
		}
		i := skipSpace(r.Bytes, 1)
		for n := 0; i < len(r.Bytes) && r.Bytes[i] != ']'; n++ {
			end, reason := skipValue(r.Bytes, i)
			if reason != "" || !yield(Raw{
				Bytes: r.Bytes[i:end:end], Offset: r.Offset + i, Pointer: r.Pointer + "/" + strconv.Itoa(n),
			}) {
				return
			}
			if i = skipSpace(r.Bytes, end); i < len(r.Bytes) && r.Bytes[i] == ',' {
				i = skipSpace(r.Bytes, i+1)
			}
		}
	}
}

// raw captures the value at pos.
func (d *decoder) raw(v reflect.Value) bool {
	start := d.pos
	if !d.o.DeferRaw {
		if !d.check() {
			return false
		}
	} else if end, reason := skipValue(d.data, start); reason == "" {
		d.pos = end
	} else { // once more, to find out the pointer
		d.muted = true
		return d.check()
	}
	if r, ok := reflect.TypeAssert[*Raw](v.Addr()); ok {
		*r = Raw{
			Bytes: d.data[start:d.pos:d.pos], Offset: d.o.Base + start, Pointer: d.pointer(),
		}
	}
	return true
}

// opaque decodes types that take the value as it stands.
func (d *decoder) opaque(p *plan, v reflect.Value) bool {
	start := d.pos
	if !d.check() {
		return false
	}
	b := d.data[start:d.pos]
	if p.op == opRawMessage {
		v.SetBytes(bytes.Clone(b))
		return true
	}
	if u, ok := reflect.TypeAssert[json.Unmarshaler](v.Addr()); ok {
		if err := u.UnmarshalJSON(b); err != nil {
			d.faultf(start, "%v", err)
		}
	}
	return true
}
