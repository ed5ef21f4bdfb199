package strictjson

import (
	"encoding"
	"hash/maphash"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// decoder reads one input. Its methods return false after a fatal fault.
type decoder struct {
	data  []byte
	pos   int
	o     Options
	depth int // most open arrays and objects

	path  []name // from the root to the current value; its length is the depth
	names []name // of all open objects, for nameSet
	seed  maphash.Seed
	buf   []byte          // of textBytes
	arena strings.Builder // of keep
	kept  int             // bytes in all arenas

	faults []Fault
	muted  bool // note only fatal faults
}

func (d *decoder) space() { d.pos = skipSpace(d.data, d.pos) }

// value decodes the value at pos into v.
func (d *decoder) value(p *plan, v reflect.Value) bool {
	if d.pos >= len(d.data) {
		return d.fatal(d.pos, reasonEnd)
	}
	c := d.data[d.pos]
	if c == 'n' && p.op != opRaw && p.op != opRawMessage && p.op != opKept && p.op != opList {
		return d.null(p, v)
	}
	switch p.op {
	case opString, opTime, opText:
		if c == '"' {
			return d.stringValue(p, v)
		}
	case opBool:
		if c == 't' || c == 'f' {
			v.SetBool(c == 't')
			return d.check()
		}
	case opInt, opUint, opFloat:
		if c == '-' || c-'0' < 10 {
			return d.number(p, v)
		}
	case opStruct, opMap:
		if c == '{' {
			return d.objectValue(p, v)
		}
	case opSlice:
		if c == '[' {
			return d.slice(p, v)
		}
	case opPointer:
		if v.IsNil() {
			v.Set(reflect.New(p.elem.typ))
		}
		return d.value(p.elem, v.Elem())
	case opAny:
		return d.anyValue(v)
	case opRaw:
		return d.raw(v)
	case opKept:
		return d.keptValue(p, v)
	case opList:
		return d.listValue(v)
	case opRawMessage, opUnmarshaler:
		return d.opaque(p, v)
	}
	return d.mismatch(p.want)
}

// mismatch notes that the value at pos is of another kind than wanted, and
// reads on.
func (d *decoder) mismatch(want string) bool {
	c := d.data[d.pos]
	if strings.IndexByte(`"{[tfn-0123456789`, c) < 0 {
		return d.fatal(d.pos, valueReason(d.data[d.pos:]))
	}
	d.faultf(d.pos, "want %s, got %s", want, kindOf(c))
	return d.check()
}

func (d *decoder) null(p *plan, v reflect.Value) bool {
	switch {
	case p.op == opPointer || p.op == opAny:
		v.SetZero()
	case !d.o.AllowNull:
		return d.mismatch(p.want)
	}
	return d.check()
}

func (d *decoder) stringValue(p *plan, v reflect.Value) bool {
	start := d.pos + 1
	end, flags, reason := scanString(d.data, start)
	if reason != "" {
		return d.fatal(end, reason)
	}
	d.pos = end + 1
	switch p.op {
	case opTime:
		t, ok := reflect.TypeAssert[*time.Time](v.Addr())
		if !ok || t.UnmarshalJSON(d.data[start-1:end+1]) != nil {
			d.faultf(start-1, "%s is not a time like 2006-01-02T15:04:05Z", text(d.data[start:end]))
		}
	case opText:
		// A copy, for the method to keep.
		s, kept := d.str(start, end, flags)
		if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok && kept {
			if err := u.UnmarshalText([]byte(s)); err != nil {
				d.faultf(start-1, "%v", err)
			}
		}
	default:
		if s, ok := d.str(start, end, flags); ok {
			v.SetString(s)
		}
	}
	return true
}

func (d *decoder) number(p *plan, v reflect.Value) bool {
	start := d.pos
	end, integer, reason := scanNumber(d.data, start)
	if reason != "" {
		return d.fatal(end, reason)
	}
	d.pos = end
	b := d.data[start:end]
	if p.op == opFloat {
		f, err := strconv.ParseFloat(string(b), p.typ.Bits())
		if err != nil {
			d.faultf(start, "number %s is out of range", text(b))
			return true
		}
		v.SetFloat(f)
		return true
	}
	if !integer || (p.op == opUint && b[0] == '-') {
		d.faultf(start, "want %s, got %s", p.want, text(b))
		return true
	}
	if !setInteger(p, v, string(b)) {
		d.faultf(start, "number %s is out of range for %d bits", text(b), p.typ.Bits())
	}
	return true
}

func setInteger(p *plan, v reflect.Value, s string) bool {
	if p.op == opUint {
		n, err := strconv.ParseUint(s, 10, p.typ.Bits())
		if err == nil {
			v.SetUint(n)
		}
		return err == nil
	}
	n, err := strconv.ParseInt(s, 10, p.typ.Bits())
	if err == nil {
		v.SetInt(n)
	}
	return err == nil
}
