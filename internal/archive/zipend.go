package archive

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Lengths and signatures of the records at the end (APPNOTE 4.3.14 to 4.3.16).
const (
	endLen       = 22
	end64Len     = 56
	locatorLen   = 20
	maxComment   = math.MaxUint16
	endSig       = "PK\x05\x06"
	end64Sig     = "PK\x06\x06"
	locatorSig   = "PK\x06\x07"
	directorySig = "PK\x01\x02"
	localSig     = "PK\x03\x04"
)

// clamp makes a number that is too big for any file the biggest that there is.
func clamp(v uint64) int64 {
	if v > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(v)
}

// end is what an end record says: the numbers of this disk and of the one with
// the directory, the entries on this disk and in all, and the directory's size
// and place.
type end [6]int64

// readEnd finds the directory. The end record is the only one of its kind from
// its place on, and its comment ends with the file, so no second reading of the
// file finds another.
func (z *zipFile) readEnd() error {
	tail := make([]byte, min(z.size, endLen+maxComment))
	if err := z.readAt(tail, z.size-int64(len(tail))); err != nil {
		return err
	}
	at := bytes.LastIndex(tail, []byte(endSig))
	if at < 0 || len(tail)-at < endLen {
		return z.malformed("no end record")
	}
	le, rec := binary.LittleEndian, tail[at:]
	if int(le.Uint16(rec[20:])) != len(rec)-endLen {
		return z.malformed("something follows the end record")
	}
	e := end{
		int64(le.Uint16(rec[4:])), int64(le.Uint16(rec[6:])),
		int64(le.Uint16(rec[8:])), int64(le.Uint16(rec[10:])),
		int64(le.Uint32(rec[12:])), int64(le.Uint32(rec[16:])),
	}
	endAt := z.size - int64(len(rec))
	e, endAt, err := z.readEnd64(e, endAt)
	if err != nil {
		return err
	}
	switch {
	case e[0] != 0 || e[1] != 0 || e[2] != e[3]:
		return z.malformed("archive in several parts")
	case e[5] > endAt || e[4] != endAt-e[5]:
		return z.malformed("the directory does not end where the end record begins")
	case e[3] > int64(z.u.out.limits.Entries):
		return z.u.refuse(z.u.out.limits.tooManyEntries())
	}
	z.count, z.dirSize, z.dirStart = e[3], e[4], e[5]
	return nil
}

// readEnd64 replaces e by the zip64 end record, if there is one before place at.
// Where e states a value itself, both must be the same.
func (z *zipFile) readEnd64(e end, at int64) (end, int64, error) {
	var locator [locatorLen]byte
	if at >= locatorLen {
		if err := z.readAt(locator[:], at-locatorLen); err != nil {
			return e, 0, err
		}
	}
	escape := end{
		math.MaxUint16, math.MaxUint16, math.MaxUint16, math.MaxUint16,
		math.MaxUint32, math.MaxUint32,
	}
	if string(locator[:4]) != locatorSig {
		if e[4] == escape[4] || e[5] == escape[5] {
			return e, 0, z.malformed("no zip64 end record")
		}
		return e, at, nil
	}
	le, start := binary.LittleEndian, at-locatorLen-end64Len
	if start < 0 || clamp(le.Uint64(locator[8:])) != start {
		return e, 0, z.malformed("the zip64 end record is not before its locator")
	}
	var rec [end64Len]byte
	if err := z.readAt(rec[:], start); err != nil {
		return e, 0, err
	}
	if string(rec[:4]) != end64Sig || le.Uint64(rec[4:]) != end64Len-12 {
		return e, 0, z.malformed("zip64 end record")
	}
	e64 := end{
		int64(le.Uint32(rec[16:])), int64(le.Uint32(rec[20:])),
		clamp(le.Uint64(rec[24:])), clamp(le.Uint64(rec[32:])),
		clamp(le.Uint64(rec[40:])), clamp(le.Uint64(rec[48:])),
	}
	for i := range e {
		if e[i] != escape[i] && e[i] != e64[i] {
			return e, 0, z.malformed("the two end records contradict each other")
		}
	}
	return e64, start, nil
}
