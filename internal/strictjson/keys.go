package strictjson

import (
	"bytes"
	"hash/maphash"
)

// smallObject is up to how many names an object is searched one by one.
const smallObject = 16

// nameSet finds duplicate names in one object. The names lie on a stack that
// all open objects share; only a big object gets a table of its own.
type nameSet struct {
	base  int
	table map[uint64]struct{} // hashes
}

func (d *decoder) newSet() nameSet { return nameSet{base: len(d.names)} }

// drop forgets the set's names. Sets are dropped in reverse order of making.
func (d *decoder) drop(s *nameSet) { d.names = d.names[:s.base] }

// add reports whether n is new in the set. Once there are too many faults to tell
// more it stops looking, so that no input makes it slow.
func (d *decoder) add(s *nameSet, n name) bool {
	if d.full() {
		return true
	}
	b := d.bytes(n)
	if s.table != nil {
		h := maphash.Bytes(d.seed, b)
		if _, hit := s.table[h]; hit && d.has(s, b) {
			return false
		}
		s.table[h] = struct{}{}
	} else if d.has(s, b) {
		return false
	}
	d.names = append(d.names, n)
	if s.table == nil && len(d.names)-s.base > smallObject {
		d.index(s)
	}
	return true
}

func (d *decoder) index(s *nameSet) {
	if d.seed == (maphash.Seed{}) {
		d.seed = maphash.MakeSeed()
	}
	s.table = make(map[uint64]struct{}, 4*smallObject)
	for _, n := range d.names[s.base:] {
		s.table[maphash.Bytes(d.seed, d.bytes(n))] = struct{}{}
	}
}

func (d *decoder) has(s *nameSet, b []byte) bool {
	for _, n := range d.names[s.base:] {
		if n.escaped || int(n.end-n.start) == len(b) {
			if bytes.Equal(d.bytes(n), b) {
				return true
			}
		}
	}
	return false
}
