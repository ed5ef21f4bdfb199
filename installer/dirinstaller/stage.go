package dirinstaller

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/patchbay/patchbay/installer"
)

// stage is one attempt below stage/, which becomes the content as it is.
type stage struct {
	disk   disk
	path   string
	sink   sinkCloser
	dirs   []string
	flush  *flusher
	memory *memory
}

var _ installer.Stage = (*stage)(nil)

func newStage(d disk, prefix string, m *memory) (*stage, error) {
	attempt, err := newAttempt(d, prefix)
	if err != nil {
		return nil, err
	}
	files := path.Join(attempt, filesDir)
	s := &stage{disk: d, path: attempt, dirs: []string{attempt, files}, flush: newFlusher(d), memory: m}
	if err = d.MkdirAll(files, 0o755); err == nil {
		s.sink, err = d.Sink(files)
	}
	if err != nil {
		_ = s.remove() // the error below is the one to tell
		return nil, fmt.Errorf("make stage: %w", err)
	}
	return s, nil
}

func (s *stage) Mkdir(name string) error {
	s.dirs = append(s.dirs, path.Join(s.path, filesDir, name))
	return s.sink.Mkdir(name)
}

func (s *stage) Create(name string, executable bool) (io.WriteCloser, error) {
	w, err := s.sink.Create(name, executable)
	if err != nil {
		return nil, err
	}
	return &flushed{w, s.flush, path.Join(s.path, filesDir, name)}, nil
}

func (s *stage) Spool() (installer.Spool, error) {
	return &spool{memory: s.memory, disk: s.disk, name: path.Join(s.path, artifactFile)}, nil
}

func (s *stage) Files() (fs.FS, error) {
	return fs.Sub(s.disk.FS(), path.Join(s.path, filesDir))
}

// keep makes everything in the stage durable.
func (s *stage) keep() error {
	for _, dir := range s.dirs {
		s.flush.add(dir)
	}
	return s.flush.wait()
}

// close lets go of the files, so that they can be renamed on every platform.
func (s *stage) close() error {
	_ = s.flush.wait() // keep has told, or it does not matter any more
	if s.sink == nil {
		return nil
	}
	sink := s.sink
	s.sink = nil
	return sink.Close()
}

// remove deletes the attempt.
func (s *stage) remove() error {
	return errors.Join(s.close(), s.disk.RemoveAll(s.path))
}
