package strictjson

import "reflect"

// check reads the value at pos without decoding it, and notes all its faults.
func (d *decoder) check() bool {
	if d.pos >= len(d.data) {
		return d.fatal(d.pos, reasonEnd)
	}
	switch d.data[d.pos] {
	case '{':
		return d.checkObject()
	case '[':
		return d.checkArray()
	case '"':
		start := d.pos + 1
		end, flags, reason := scanString(d.data, start)
		if reason != "" {
			return d.fatal(end, reason)
		}
		if flags&(hasHigh|hasLone) != 0 {
			d.checkText(start, end, flags)
		}
		d.pos = end + 1
		return true
	default:
		end, reason := skipScalar(d.data, d.pos)
		if reason != "" {
			return d.fatal(end, reason)
		}
		d.pos = end
		return true
	}
}

func (d *decoder) checkObject() bool {
	if ok, good := d.open(); !ok {
		return good
	}
	set := d.newSet()
	for n := 0; ; n++ {
		more, ok := d.next(n, '}')
		if !more {
			d.drop(&set)
			return ok
		}
		key, _, ok := d.name()
		if !ok {
			return false
		}
		if !d.add(&set, key) {
			d.faultf(int(key.start)-1, "duplicate member %s", text(d.bytes(key)))
		}
		if !d.check() {
			return false
		}
		d.pop()
	}
}

func (d *decoder) checkArray() bool {
	if ok, good := d.open(); !ok {
		return good
	}
	for n := 0; ; n++ {
		more, ok := d.next(n, ']')
		if !more {
			return ok
		}
		d.path = append(d.path, name{start: -1, end: int32(n)})
		if !d.check() {
			return false
		}
		d.pop()
	}
}

// anyValue decodes the value at pos as encoding/json decodes into any.
func (d *decoder) anyValue(v reflect.Value) bool {
	var target any
	switch c := d.data[d.pos]; {
	case c == '{':
		target = new(map[string]any)
	case c == '[':
		target = new([]any)
	case c == '"':
		target = new(string)
	case c == 't' || c == 'f':
		target = new(bool)
	case c == '-' || c-'0' < 10:
		target = new(float64)
	default:
		return d.mismatch("a value")
	}
	e := reflect.ValueOf(target).Elem()
	p, err := planOf(e.Type())
	if err != nil {
		return d.fatal(d.pos, err.Error())
	}
	if !d.value(p, e) {
		return false
	}
	v.Set(e)
	return true
}
