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
	disk disk
	path string
	sink sinkCloser
}

var _ installer.Stage = (*stage)(nil)

func newStage(d disk, prefix string) (*stage, error) {
	attempt, err := newAttempt(d, prefix)
	if err != nil {
		return nil, err
	}
	s := &stage{disk: d, path: attempt}
	files := path.Join(attempt, filesDir)
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
	return s.sink.Mkdir(name)
}

func (s *stage) Create(name string, executable bool) (io.WriteCloser, error) {
	return s.sink.Create(name, executable)
}

func (s *stage) Spool() (installer.Spool, error) {
	name := path.Join(s.path, artifactFile)
	f, err := s.disk.Create(name)
	if err != nil {
		return nil, err
	}
	return &spool{file: f, disk: s.disk, name: name}, nil
}

func (s *stage) Files() (fs.FS, error) {
	files := path.Join(s.path, filesDir)
	if err := syncTree(s.disk, files); err != nil {
		return nil, err
	}
	return fs.Sub(s.disk.FS(), files)
}

// close lets go of the files, so that they can be renamed on every platform.
func (s *stage) close() error {
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

// spool is the artifact's file; closing it deletes it.
type spool struct {
	file

	disk disk
	name string
}

func (s *spool) Close() error {
	return errors.Join(s.file.Close(), s.disk.RemoveAll(s.name))
}
