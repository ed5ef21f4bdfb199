package dirinstaller

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// spoolMemory is from how many bytes on an artifact is kept in a file. A smaller one
// then costs no file that only lives until it is unpacked, and a larger one is
// written in pieces of that size, which cost the file system much less than small ones.
const spoolMemory = 2 << 20

// memory lends buffers to spools.
type memory struct {
	size    int
	buffers sync.Pool
}

func (m *memory) borrow() *[]byte {
	if b, ok := m.buffers.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, m.size)
	return &b
}

func (m *memory) giveBack(b *[]byte) {
	*b = (*b)[:0]
	m.buffers.Put(b)
}

// spool holds the artifact: in memory, or once it is too large for that in a file,
// apart from the last bytes. Closing it deletes both.
type spool struct {
	memory *memory
	held   *[]byte // the last bytes; nil before the first
	filed  int64   // how many bytes are in the file
	file   file    // nil: all are held
	disk   disk
	name   string
	failed bool // the reading did
}

// ReadFrom implements io.ReaderFrom. The bytes are read to where they are held.
func (s *spool) ReadFrom(r io.Reader) (n int64, err error) {
	if s.held == nil {
		s.held = s.memory.borrow()
	}
	for {
		if len(*s.held) == cap(*s.held) {
			if err := s.spill(); err != nil {
				return n, err
			}
		}
		b := *s.held
		got, err := r.Read(b[len(b):cap(b)])
		*s.held = b[:len(b)+got]
		n += int64(got)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			s.failed = true
			return n, err
		}
	}
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	n, err := s.ReadFrom(bytes.NewReader(p))
	return int(n), err
}

// spill moves what is held to the file.
func (s *spool) spill() (err error) {
	if s.file == nil {
		if s.file, err = s.disk.Create(s.name); err != nil {
			s.file = nil
			return err
		}
	}
	n, err := s.file.Write(*s.held)
	s.filed += int64(n)
	*s.held = (*s.held)[:0]
	return err
}

// ReadAt implements io.ReaderAt.
func (s *spool) ReadAt(p []byte, off int64) (n int, err error) {
	if off < s.filed {
		n, err = s.file.ReadAt(p[:min(int64(len(p)), s.filed-off)], off)
		if err != nil || n == len(p) {
			return n, err
		}
	}
	var held []byte
	if s.held != nil {
		held = *s.held
	}
	more, err := bytes.NewReader(held).ReadAt(p[n:], off+int64(n)-s.filed)
	return n + more, err
}

// Close implements io.Closer. A buffer that a download may still write to, because its Read
// ended with its context, holds no other package.
func (s *spool) Close() error {
	if s.held != nil && !s.failed {
		s.memory.giveBack(s.held)
	}
	s.held = nil
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), s.disk.RemoveAll(s.name))
}
