package dirinstaller

import (
	"bytes"
	"errors"
	"sync"
)

// spoolMemory is how many bytes of an artifact are kept in memory before a file
// is made for them. A small package then costs no file that only lives until
// it is unpacked.
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

// spool holds the artifact: in memory, or in a file once it is too large for
// that. Closing it deletes both.
type spool struct {
	memory *memory
	held   *[]byte // nil before the first byte, and when there is a file
	file   file
	disk   disk
	name   string
}

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil {
		if s.held == nil {
			s.held = s.memory.borrow()
		}
		if len(*s.held)+len(p) <= s.memory.size {
			*s.held = append(*s.held, p...)
			return len(p), nil
		}
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	return s.file.Write(p)
}

// spill moves what there is to a file.
func (s *spool) spill() error {
	f, err := s.disk.Create(s.name)
	if err != nil {
		return err
	}
	s.file = f
	_, err = f.Write(*s.held)
	s.memory.giveBack(s.held)
	s.held = nil
	return err
}

func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case s.file != nil:
		return s.file.ReadAt(p, off)
	case s.held != nil:
		return bytes.NewReader(*s.held).ReadAt(p, off)
	default:
		return bytes.NewReader(nil).ReadAt(p, off)
	}
}

func (s *spool) Close() error {
	if s.held != nil {
		s.memory.giveBack(s.held)
		s.held = nil
	}
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), s.disk.RemoveAll(s.name))
}
