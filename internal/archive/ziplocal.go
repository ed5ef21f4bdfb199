package archive

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// readLocal compares an entry's local header (APPNOTE 4.3.7) with what the
// directory says, and finds the entry's data.
func (z *zipFile) readLocal(e *zipEntry) error {
	var rec [localLen]byte
	if err := z.readAt(rec[:], e.start); err != nil {
		return err
	}
	if string(rec[:4]) != localSig {
		return z.malformed("no local header")
	}
	le := binary.LittleEndian
	nameLen := int(le.Uint16(rec[26:]))
	rest := make([]byte, nameLen+int(le.Uint16(rec[28:])))
	if err := z.readAt(rest, e.start+localLen); err != nil {
		return err
	}
	e.data = e.start + localLen + int64(len(rest))
	sizes := zipSizes{size: int64(le.Uint32(rec[22:])), packed: int64(le.Uint32(rec[18:]))}
	if err := sizes.widen(rest[nameLen:]); err != nil {
		return z.u.refuse(err)
	}
	switch crc := le.Uint32(rec[14:]); {
	case string(rest[:nameLen]) != e.name:
		return z.malformed("the local header names %s", quote(string(rest[:nameLen])))
	case (le.Uint16(rec[6:])^e.flags)&flagsCompared != 0, le.Uint16(rec[8:]) != e.method:
		return z.malformed("the local header has other flags or another method")
	case !e.same(int64(crc), int64(e.crc)), !e.same(sizes.size, e.size), !e.same(sizes.packed, e.packed):
		return z.malformed("the local header has other sizes or another checksum")
	}
	return nil
}

// same compares a value of the local header with the directory's. Where a
// descriptor follows the data, a value may be left to it.
func (e *zipEntry) same(local, directory int64) bool {
	return local == directory || local == 0 && e.flags&flagDescriptor != 0
}

// checkLayout sees that each byte before the directory belongs to exactly one
// entry, so that nothing is hidden between them and none shares another's data.
func (z *zipFile) checkLayout() error {
	slices.SortStableFunc(z.entries, func(a, b zipEntry) int { return cmp.Compare(a.start, b.start) })
	at := int64(0)
	for i := range z.entries {
		e := &z.entries[i]
		z.u.next(e.name)
		if e.start != at {
			return z.malformed("the entry begins at byte %d instead of %d", e.start, at)
		}
		at = z.dirStart
		if i+1 < len(z.entries) {
			at = z.entries[i+1].start
		}
		if err := z.checkDescriptor(e, at); err != nil {
			return err
		}
	}
	z.u.index, z.u.entry = -1, ""
	if at != z.dirStart {
		return z.malformed("the directory begins at byte %d instead of %d", z.dirStart, at)
	}
	return nil
}

// checkDescriptor checks what lies between an entry's data and the byte end,
// where the next thing begins: nothing, or the data descriptor (APPNOTE 4.3.9),
// whose four forms differ in length.
func (z *zipFile) checkDescriptor(e *zipEntry, end int64) error {
	gap := end - e.data - e.packed
	if e.flags&flagDescriptor == 0 {
		if gap != 0 {
			return z.malformed("%d bytes between its data and what follows", gap)
		}
		return nil
	}
	const narrow, wide, sig = 12, 20, 4
	if gap != narrow && gap != narrow+sig && gap != wide && gap != wide+sig {
		return z.malformed("data descriptor of %d bytes", gap)
	}
	rec := make([]byte, gap)
	if err := z.readAt(rec, e.data+e.packed); err != nil {
		return err
	}
	if gap == narrow+sig || gap == wide+sig {
		if string(rec[:sig]) != "PK\x07\x08" {
			return z.malformed("data descriptor")
		}
		rec = rec[sig:]
	}
	le := binary.LittleEndian
	packed, size := int64(le.Uint32(rec[4:])), int64(le.Uint32(rec[8:]))
	if len(rec) == wide {
		packed, size = clamp(le.Uint64(rec[4:])), clamp(le.Uint64(rec[12:]))
	}
	if le.Uint32(rec) != e.crc || packed != e.packed || size != e.size {
		return z.malformed("the data descriptor has other sizes or another checksum")
	}
	return nil
}
