// Package strictjson decodes JSON that a stranger wrote. Unlike encoding/json
// it reports every fault of a document at once, each with its place, matches
// member names exactly, and refuses duplicate members, unknown members,
// invalid UTF-8 and unpaired surrogates (RFC 8259 sections 4, 8.1 and 8.2; RFC
// 7493 sections 2.1 and 2.3).
//
// All functions are safe for concurrent use.
package strictjson

import (
	"math"
	"reflect"
)

// Options says how strict Decode is and where its input lies in a larger
// document. The zero value is the strictest.
type Options struct {
	// MaxDepth bounds the nesting of arrays and objects, counted from the value
	// that is decoded. 0 means DefaultMaxDepth; the bound is 10,000.
	MaxDepth int
	// MaxItems bounds the elements of one array and the members of one object.
	// 0 means no bound but the input's size.
	MaxItems int
	// MaxText bounds the bytes of one decoded string or member name of a map. 0
	// means no bound but the input's size. Raw values are not measured.
	MaxText int

	// AllowUnknown ignores members that the Go type does not name, for foreign
	// formats. Without it they are faults unless their name starts with "x-".
	AllowUnknown bool
	// NoExtensions makes members whose name starts with "x-" faults like any other
	// unknown one, for documents in which a mistyped name must not pass.
	NoExtensions bool
	// AllowNull makes null leave a member as it is, for foreign formats that write
	// null for absent. Without it only pointers, any and the raw types take null.
	AllowNull bool
	// DeferRaw checks values captured as Raw for syntax only. The rest (duplicate
	// members, text, depth) is left to DecodeRaw, so that one bad entry of a
	// big array is no fault of the array.
	DeferRaw bool

	// Borrow is for values that are looked at and thrown away: strings may share
	// the input's memory, which then must not change while they are in use, and slices that have room
	// already are filled anew instead of allocated.
	Borrow bool
	// Sparse reads members that the Go type does not name for their syntax alone, for
	// documents that were checked before.
	Sparse bool

	// Left says that the next element of a List was left out (see Excerpt), which would have been at this
	// offset of the input or in the white space before it. It is asked once for each element, in their order.
	Left func(offset int) bool

	// Base is the offset of the input in the whole document, Pointer the JSON
	// pointer of its value there. Faults and Raw values are given relative to
	// the whole.
	Base    int
	Pointer string
}

// Defaults and bounds of Decode.
const (
	DefaultMaxDepth = 128
	// MaxFaults is how many faults are told; one more then says that there are
	// others.
	MaxFaults = 100

	maxDepth   = 10_000
	maxPointer = 1 << 10 // bytes; a longer one is cut to the nearest ancestor that fits
)

// Fault is one thing wrong with a document.
type Fault struct {
	Pointer string // RFC 6901, to the value or member meant, or its nearest ancestor
	Offset  int    // in bytes from the start of the whole document
	Reason  string
	Fatal   bool // a fault of syntax: nothing after it was read
}

// Decode decodes data into what v points to and returns every fault, in the
// order of the document; none means that data is exactly one valid value of v's
// type. With faults, v holds what could be decoded. A nil o means the zero
// Options.
//
// The type may consist of structs without embedding, slices, maps with string
// keys, pointers, strings, booleans, numbers, any, time.Time, json.RawMessage,
// Raw, List, Kept, and types that implement json.Unmarshaler or
// encoding.TextUnmarshaler. The tag options omitempty and omitzero are ignored.
// Any other type is a Fatal fault.
func Decode(data []byte, v any, o *Options) []Fault {
	d := decoder{data: data, depth: DefaultMaxDepth}
	if o != nil {
		d.o = *o
	}
	if d.o.MaxDepth > 0 {
		d.depth = min(d.o.MaxDepth, maxDepth)
	}
	s := takeScratch()
	d.path, d.names, d.buf = s.path[:0], s.names[:0], s.buf[:0]
	d.decodeAll(v)
	s.path, s.names, s.buf = d.path, d.names, d.buf
	s.giveBack()
	d.sort()
	return d.faults
}

// DecodeRaw decodes a captured value as Decode does; o's Base and Pointer are
// taken from r.
func DecodeRaw(r Raw, v any, o *Options) []Fault {
	var own Options
	if o != nil {
		own = *o
	}
	own.Base, own.Pointer = r.Offset, r.Pointer
	return Decode(r.Bytes, v, &own)
}

func (d *decoder) decodeAll(v any) {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		d.fatal(0, "cannot decode into a Go value that is not a non-nil pointer")
		return
	}
	p, err := planOf(target.Type().Elem())
	if err != nil {
		d.fatal(0, err.Error())
		return
	}
	if len(d.data) > math.MaxInt32 {
		d.fatal(0, "input is larger than 2 GiB")
		return
	}
	d.space()
	if reason := startReason(d.data[d.pos:]); reason != "" {
		d.fatal(d.pos, reason)
		return
	}
	if !d.value(p, target.Elem()) {
		return
	}
	if d.space(); d.pos < len(d.data) {
		d.fatal(d.pos, "more data after the end of the value")
	}
}
