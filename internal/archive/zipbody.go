package archive

import (
	"bufio"
	"compress/flate"
	"errors"
	"hash"
	"hash/crc32"
	"io"
)

// The compression methods that are read (APPNOTE 4.4.5).
const (
	zipStored   = 0
	zipDeflated = 8
)

// zipBody reads the content of one entry, counts it and checks it.
type zipBody struct {
	u      *unpacker
	e      *zipEntry
	packed *bufio.Reader
	r      io.Reader
	sum    hash.Hash32
}

// newZipBody reads e from packed. inflater is used again from entry to entry.
func newZipBody(u *unpacker, e *zipEntry, packed *bufio.Reader, inflater io.Reader) (*zipBody, error) {
	b := &zipBody{u: u, e: e, packed: packed, r: packed, sum: crc32.NewIEEE()}
	if e.method == zipStored {
		return b, nil
	}
	// From a ByteReader it takes no byte that is not its own.
	resetter, ok := inflater.(flate.Resetter)
	if !ok {
		return nil, errors.ErrUnsupported // flate promises it
	}
	b.r = inflater
	return b, resetter.Reset(packed, nil)
}

func (b *zipBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.u.out.err = b.u.out.count(int64(n)); b.u.out.err != nil {
		return 0, b.u.out.err
	}
	_, _ = b.sum.Write(p[:n]) // a hash never fails
	return n, err
}

// finish checks that the content has ended, filled the entry and is the one
// that was summed.
func (b *zipBody) finish() error {
	if n, err := io.ReadFull(b.r, make([]byte, 1)); n > 0 {
		return b.u.refuse(because(ErrFormat, "content longer than stated"))
	} else if !errors.Is(err, io.EOF) {
		return b.u.blame(err)
	}
	if _, err := b.packed.ReadByte(); err == nil {
		return b.u.refuse(because(ErrFormat, "something follows the compressed content"))
	} else if !errors.Is(err, io.EOF) {
		return b.u.blame(err)
	}
	if b.sum.Sum32() != b.e.crc {
		return b.u.refuse(because(ErrFormat, "checksum differs"))
	}
	return nil
}
