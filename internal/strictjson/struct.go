package strictjson

import (
	"reflect"
	"strings"
)

func (d *decoder) structMembers(p *plan, v reflect.Value, set *nameSet) bool {
	var seen [maxFields / 64]uint64
	likely := 0
	for n := 0; ; n++ {
		more, ok := d.next(n, '}')
		if !more {
			return ok
		}
		key, _, ok := d.name()
		if !ok {
			return false
		}
		i := p.find(d.bytes(key), likely)
		switch {
		case i < 0:
			ok = d.unknown(p, set, key)
		case seen[i/64]>>(i%64)&1 == 1:
			ok = d.duplicate(key)
		default:
			seen[i/64] |= 1 << (i % 64)
			likely = i + 1
			ok = d.value(p.fields[i].plan, v.Field(p.fields[i].index))
		}
		if !ok {
			return false
		}
		d.pop()
	}
}

// unknown reads a member that the type does not name.
func (d *decoder) unknown(p *plan, set *nameSet, key name) bool {
	if d.o.Sparse {
		return d.skip()
	}
	if !d.add(set, key) {
		return d.duplicate(key)
	}
	b := d.bytes(key)
	extension := len(b) > 1 && b[0] == 'x' && b[1] == '-'
	if d.o.AllowUnknown || (extension && !d.o.NoExtensions) {
		return d.check()
	}
	if d.full() {
		return d.check()
	}
	hint := ""
	for _, f := range p.fields {
		if len(b) < 64 && strings.EqualFold(f.name, string(b)) {
			hint = "; it is written " + f.name
		}
	}
	d.faultf(int(key.start)-1, "unknown member %s%s", text(b), hint)
	return d.check()
}
