package strictjson

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Raw captures a value without decoding it, so that the entries of a big
// array can be decoded one by one with DecodeRaw.
type Raw struct {
	Bytes   []byte // the value alone; part of the decoded input, not a copy
	Offset  int    // of Bytes in the whole document
	Pointer string // of the value in the whole document
}

// Kept decodes a value and captures its bytes as well.
type Kept[T any] struct {
	Value T
	Bytes []byte // the value alone; part of the decoded input, not a copy
}

func (Kept[T]) kept() {}

// kept is any Kept.
type kept interface{ kept() }

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

// keptValue decodes a Kept.
func (d *decoder) keptValue(p *plan, v reflect.Value) bool {
	start := d.pos
	ok := d.value(p.elem, v.Field(0))
	v.Field(1).SetBytes(d.data[start:d.pos:d.pos])
	return ok
}

// opaque decodes types that take the value as it stands.
func (d *decoder) opaque(p *plan, v reflect.Value) bool {
	start := d.pos
	if !d.check() {
		return false
	}
	b := d.data[start:d.pos]
	if p.op == opRawMessage {
		if !d.o.Borrow {
			b = bytes.Clone(b)
		}
		v.SetBytes(b)
		return true
	}
	if u, ok := reflect.TypeAssert[json.Unmarshaler](v.Addr()); ok {
		if err := u.UnmarshalJSON(b); err != nil {
			d.faultf(start, "%v", err)
		}
	}
	return true
}
