package strictjson

import "reflect"

func (d *decoder) slice(p *plan, v reflect.Value) bool {
	if ok, good := d.open(); !ok {
		return good
	}
	if d.o.Borrow && v.Cap() > 0 {
		v.SetLen(0)
	} else {
		v.SetZero()
	}
	for n := 0; ; n++ {
		more, ok := d.next(n, ']')
		if !more {
			if n == 0 && v.Cap() == 0 {
				v.Set(reflect.MakeSlice(p.typ, 0, 0))
			}
			return ok
		}
		if n == v.Cap() {
			d.grow(p, v, n)
		}
		v.SetLen(n + 1)
		if d.o.Borrow {
			v.Index(n).SetZero()
		}
		d.path = append(d.path, name{start: -1, end: int32(n)})
		if !d.value(p.elem, v.Index(n)) {
			return false
		}
		d.pop()
	}
}

// grow makes room in a full slice of n elements. For elements that are large it
// looks ahead how many there still are, so that what is kept has no slack.
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
