package strictjson

import "reflect"

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
