package dirinstaller

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/patchbay/patchbay/installer"
)

// stage is one attempt below stage/, which becomes the content as it is.
type stage struct {
	disk   disk
	path   string
	home   disk // the attempt's directory
	files  disk // the one of the package's files
	sink   sinkCloser
	dirs   []string // in files
	flush  *flusher
	memory *memory
}

var _ installer.Stage = (*stage)(nil)

func newStage(d disk, prefix string, m *memory) (*stage, error) {
	attempt, err := newAttempt(d, prefix)
	if err != nil {
		return nil, err
	}
	s := &stage{disk: d, path: attempt, dirs: []string{"."}, flush: newFlusher(), memory: m}
	if err := s.open(); err != nil {
		_ = s.remove() // the error below is the one to tell
		return nil, fmt.Errorf("make stage: %w", err)
	}
	return s, nil
}

func (s *stage) open() (err error) {
	if s.home, err = s.disk.Sub(s.path); err != nil {
		s.home = nil
		return err
	}
	if err := s.home.Mkdir(filesDir, 0o755); err != nil {
		return err
	}
	if s.files, err = s.home.Sub(filesDir); err != nil {
		s.files = nil
		return err
	}
	if s.sink, err = s.files.Sink(); err != nil {
		s.sink = nil
	}
	return err
}

func (s *stage) Mkdir(name string) error {
	s.dirs = append(s.dirs, name)
	return s.sink.Mkdir(name)
}

func (s *stage) Create(name string, executable bool) (io.WriteCloser, error) {
	w, err := s.sink.Create(name, executable)
	if err != nil {
		return nil, err
	}
	f, ok := w.(syncer)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%s cannot be flushed: %w", name, errors.ErrUnsupported), w.Close())
	}
	return &flushed{f, s.flush, name}, nil
}

func (s *stage) Spool() (installer.Spool, error) {
	return &spool{memory: s.memory, disk: s.home, name: artifactFile}, nil
}

func (s *stage) Files() (fs.FS, error) { return s.files.FS(), nil }

// keep adds the receipt and makes everything in the stage durable.
func (s *stage) keep(r *installer.Receipt) error {
	f, err := s.home.Create(receiptFile)
	if err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	if err := writeReceipt(&flushed{f, s.flush, receiptFile}, r); err != nil {
		return err
	}
	for _, dir := range s.dirs {
		s.flush.add(dir, func() error { return s.files.Sync(dir) })
	}
	s.flush.add(s.path, func() error { return s.home.Sync(".") })
	return s.flush.wait()
}

// close lets go of the files, so that they can be renamed on every platform.
func (s *stage) close() error {
	_ = s.flush.wait() // keep has told, or it does not matter any more
	var errs []error
	if s.sink != nil {
		errs = append(errs, s.sink.Close())
	}
	if s.files != nil {
		errs = append(errs, s.files.Close())
	}
	if s.home != nil {
		errs = append(errs, s.home.Close())
	}
	s.sink, s.files, s.home = nil, nil, nil
	return errors.Join(errs...)
}

// remove deletes the attempt.
func (s *stage) remove() error {
	return errors.Join(s.close(), s.disk.RemoveAll(s.path))
}
