package meminstaller

import (
	"bytes"
	"io"
	"io/fs"
	"sync"

	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/internal/archive"
)

// budget counts the bytes of one Installer.
type budget struct {
	limit int64
	mu    sync.Mutex
	used  int64
}

func (b *budget) take(n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if int64(n) > b.limit-b.used {
		return &installer.LimitError{Limit: "bytes kept in memory", Max: b.limit}
	}
	b.used += int64(n)
	return nil
}

func (b *budget) release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
}

// stage is one attempt.
type stage struct {
	*archive.Memory

	budget *budget
	bytes  int64 // of the files so far
}

var _ installer.Stage = (*stage)(nil)

func newStage(b *budget) *stage { return &stage{Memory: archive.NewMemory(), budget: b} }

// Create counts what the file takes.
func (s *stage) Create(name string, executable bool) (io.WriteCloser, error) {
	w, err := s.Memory.Create(name, executable)
	if err != nil {
		return nil, err
	}
	return &counted{WriteCloser: w, stage: s}, nil
}

func (s *stage) Spool() (installer.Spool, error) { return &spool{budget: s.budget}, nil }

func (s *stage) Files() (fs.FS, error) { return s.Memory, nil }

// kept returns the files without the methods that would change them.
func (s *stage) kept() fs.FS { return struct{ fs.FS }{s.Memory} }

type counted struct {
	io.WriteCloser

	stage *stage
}

func (c *counted) Write(p []byte) (int, error) {
	if err := c.stage.budget.take(len(p)); err != nil {
		return 0, err
	}
	c.stage.bytes += int64(len(p))
	return c.WriteCloser.Write(p)
}

// spool holds an artifact until it is unpacked.
type spool struct {
	budget *budget
	data   []byte
}

func (s *spool) Write(p []byte) (int, error) {
	if err := s.budget.take(len(p)); err != nil {
		return 0, err
	}
	s.data = append(s.data, p...)
	return len(p), nil
}

func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.data).ReadAt(p, off)
}

func (s *spool) Close() error {
	s.budget.release(int64(len(s.data)))
	s.data = nil
	return nil
}
