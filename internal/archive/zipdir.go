package archive

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"unicode/utf8"
)

const (
	directoryLen = 46
	localLen     = 30
)

// The flags of an entry (APPNOTE 4.4.4).
const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagPatched    = 1 << 5
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13

	// What the directory and the local header must agree on.
	flagsCompared = flagEncrypted | flagDescriptor | flagPatched | flagStrong | flagUTF8 | flagMasked
)

// readDirectory reads all of the directory, and the local header of each entry.
func (z *zipFile) readDirectory() error {
	r := bufio.NewReader(io.NewSectionReader(z.src, z.dirStart, z.dirSize))
	names := int64(0)
	for range z.count {
		z.u.next("")
		e, err := z.readRecord(r)
		if err != nil {
			return err
		}
		if names += int64(len(e.name)); names > z.u.out.limits.Names {
			return z.u.refuse(&LimitError{Limit: "bytes of names", Max: z.u.out.limits.Names})
		}
		if err := z.readLocal(e); err != nil {
			return err
		}
		z.entries = append(z.entries, *e)
	}
	z.u.index, z.u.entry = -1, ""
	if _, err := r.ReadByte(); err == nil {
		return z.malformed("the directory has more than %d entries", z.count)
	}
	return nil
}

// readRecord reads one record of the directory (APPNOTE 4.3.12).
func (z *zipFile) readRecord(r io.Reader) (*zipEntry, error) {
	var rec [directoryLen]byte
	if _, err := io.ReadFull(r, rec[:]); err != nil {
		return nil, z.u.blame(err)
	}
	if string(rec[:4]) != directorySig {
		return nil, z.malformed("no directory record")
	}
	le := binary.LittleEndian
	nameLen, extraLen := int(le.Uint16(rec[28:])), int(le.Uint16(rec[30:]))
	rest := make([]byte, nameLen+extraLen+int(le.Uint16(rec[32:])))
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, z.u.blame(err)
	}
	e := &zipEntry{
		name:   string(rest[:nameLen]),
		flags:  le.Uint16(rec[8:]),
		method: le.Uint16(rec[10:]),
		crc:    le.Uint32(rec[16:]),
	}
	z.u.entry = e.name
	if err := z.checkFeatures(e); err != nil {
		return nil, err
	}
	sizes := zipSizes{
		size:   int64(le.Uint32(rec[24:])),
		packed: int64(le.Uint32(rec[20:])),
		start:  int64(le.Uint32(rec[42:])),
	}
	if err := sizes.widen(rest[nameLen : nameLen+extraLen]); err != nil {
		return nil, z.u.refuse(err)
	}
	if sizes.size == math.MaxInt64 || sizes.packed > z.dirStart || sizes.start > z.dirStart {
		return nil, z.malformed("sizes beyond the file")
	}
	e.size, e.packed, e.start = sizes.size, sizes.packed, sizes.start
	if le.Uint16(rec[34:]) != 0 {
		return nil, z.malformed("archive in several parts")
	}
	return e, z.checkMode(e, rec[5], le.Uint32(rec[38:]))
}

// checkFeatures refuses what would need more than this reader has.
func (z *zipFile) checkFeatures(e *zipEntry) error {
	switch {
	case e.flags&(flagEncrypted|flagStrong|flagMasked) != 0:
		return z.u.refuse(because(ErrFeature, "encrypted"))
	case e.flags&flagPatched != 0:
		return z.u.refuse(because(ErrFeature, "patch data"))
	case e.method != zipStored && e.method != zipDeflated:
		return z.u.refuse(because(ErrFeature, "compression method %d", e.method))
	case e.flags&flagUTF8 == 0 && !isASCII(e.name):
		return z.u.refuse(because(ErrName, "not marked as UTF-8"))
	}
	return nil
}

// checkMode judges the type of an entry. The upper half of the attributes is a
// Unix mode when a Unix made the archive, and a link is a link whoever did.
func (z *zipFile) checkMode(e *zipEntry, host byte, attributes uint32) error {
	const (
		unix, macOS         = 3, 19
		dosDirectory        = 0x10
		typeMask            = 0o170000
		typeLink, typeDir   = 0o120000, 0o040000
		typeFile, typeUnset = 0o100000, 0
	)
	isDir := len(e.name) > 0 && e.name[len(e.name)-1] == '/'
	mode := attributes >> 16
	onUnix := host == unix || host == macOS
	e.executable = onUnix && mode&0o111 != 0
	saysDir := attributes&dosDirectory != 0 && !onUnix
	switch kind := mode & typeMask; {
	case kind == typeLink:
		return z.u.refuse(because(ErrType, "symbolic link"))
	case onUnix && kind != typeUnset && kind != typeFile && kind != typeDir:
		return z.u.refuse(because(ErrType, "mode %o", mode))
	case onUnix && kind == typeDir, saysDir:
		if !isDir {
			return z.u.refuse(because(ErrType, "a directory whose name is a file's"))
		}
	case onUnix && kind == typeFile && isDir:
		return z.u.refuse(because(ErrType, "a file whose name is a directory's"))
	}
	if isDir && e.size != 0 {
		return z.malformed("directory with content")
	}
	return nil
}

// zipSizes are the values that a zip64 record widens (APPNOTE 4.5.3).
type zipSizes struct{ size, packed, start int64 }

// widen takes the values that are escaped from the zip64 record in extra.
func (s *zipSizes) widen(extra []byte) error {
	wide, err := findZip64(extra)
	if err != nil {
		return err
	}
	for _, v := range []*int64{&s.size, &s.packed, &s.start} {
		if *v != math.MaxUint32 {
			continue
		}
		if len(wide) < 8 {
			return because(ErrFormat, "zip64 record lacks a value")
		}
		*v, wide = clamp(binary.LittleEndian.Uint64(wide)), wide[8:]
	}
	return nil
}

// findZip64 walks the extra fields and returns the zip64 record's content.
func findZip64(extra []byte) ([]byte, error) {
	const zip64, unicodePath, aes = 0x0001, 0x7075, 0x9901
	var found []byte
	for len(extra) > 0 {
		if len(extra) < 4 {
			return nil, because(ErrFormat, "extra field cut off")
		}
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if len(extra) < 4+n {
			return nil, because(ErrFormat, "extra field cut off")
		}
		switch id {
		case zip64:
			if found != nil {
				return nil, because(ErrFormat, "two zip64 records")
			}
			found = bytes.Clone(extra[4 : 4+n])
		case unicodePath:
			return nil, because(ErrFeature, "a second name in an extra field")
		case aes:
			return nil, because(ErrFeature, "encrypted")
		}
		extra = extra[4+n:]
	}
	return found, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
