package archive

import (
	"bufio"
	"compress/flate"
	"errors"
	"io"
	"strings"
)

// zip unpacks a zip archive in two passes: first the directory, every local
// header and the layout of the file are checked, then the entries are unpacked.
// The format is PKWARE's APPNOTE 6.3.10, read more strictly than it asks.
func (u *unpacker) zip(src io.ReaderAt, size int64) error {
	z := &zipFile{u: u, src: &inputAt{in: u.in, r: src}, size: size}
	for _, step := range []func() error{z.readEnd, z.readDirectory, z.checkLayout, z.unpack} {
		if err := step(); err != nil {
			return err
		}
		u.index, u.entry = -1, ""
	}
	return nil
}

// zipFile is a zip archive being read.
type zipFile struct {
	u        *unpacker
	src      io.ReaderAt
	size     int64
	count    int64 // of entries, as the end record says
	dirStart int64
	dirSize  int64
	entries  []zipEntry // by their place in the file, once the layout is checked
}

// zipEntry is what the directory says of an entry, and where its data lies.
type zipEntry struct {
	name       string
	executable bool
	flags      uint16
	method     uint16
	crc        uint32
	packed     int64 // bytes
	size       int64 // bytes once unpacked
	start      int64 // of the local header
	data       int64 // of what follows the local header
}

// unpack hands over the entries, all of which have passed the checks.
func (z *zipFile) unpack() error {
	packed := int64(0)
	z.u.out.in = func() int64 { return packed }
	buf := bufio.NewReaderSize(nil, inputBuffer)
	inflater := flate.NewReader(buf)
	for i := range z.entries {
		e := &z.entries[i]
		z.u.next(e.name)
		packed += e.packed
		buf.Reset(io.NewSectionReader(z.src, e.data, e.packed))
		body, err := newZipBody(z.u, e, buf, inflater)
		if err != nil {
			return err
		}
		if name, isDir := strings.CutSuffix(e.name, "/"); isDir {
			err = z.u.dir(name)
		} else {
			err = z.u.file(name, e.executable, e.size, body)
		}
		if err != nil {
			return err
		}
		if err := body.finish(); err != nil {
			return err
		}
	}
	return nil
}

// readAt fills buf from one place of the file.
func (z *zipFile) readAt(buf []byte, at int64) error {
	_, err := io.ReadFull(io.NewSectionReader(z.src, at, z.size-at), buf)
	if err != nil {
		return z.u.blame(err)
	}
	return nil
}

// malformed blames the entry at work.
func (z *zipFile) malformed(format string, args ...any) error {
	return z.u.refuse(because(ErrFormat, format, args...))
}

// inputAt keeps the first error that is not the archive's fault, like input.
type inputAt struct {
	in *input
	r  io.ReaderAt
}

func (s *inputAt) ReadAt(p []byte, off int64) (int, error) {
	if s.in.err == nil {
		s.in.err = s.in.ctx.Err()
	}
	if s.in.err != nil {
		return 0, s.in.err
	}
	n, err := s.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.in.err = err
	}
	return n, err
}
