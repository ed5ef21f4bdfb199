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
	disk    disk
	path    string
	home    disk // the attempt's directory
	files   disk // the one of the package's files
	sink    sinkCloser
	dirs    []string // in files
	receipt io.WriteCloser
	flush   *flusher
	memory  *memory
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
		return err
	}
	// It gets its name before it has content, so that all names can be flushed while the
	// files are read back.
	receipt, err := s.home.Create(receiptFile)
	if err != nil {
		return err
	}
	s.receipt = &flushed{receipt, s.flush, receiptFile}
	return nil
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

// Files begins to flush the directories, which have all their names by now.
func (s *stage) Files() (fs.FS, error) {
	s.flush.add(s.path, func() error {
		for _, dir := range s.dirs {
			s.flush.add(dir, func() error { return s.files.Sync(dir) })
		}
		return s.home.Sync(".")
	})
	return s.files.FS(), nil
}

// keep completes the receipt and waits until everything in the stage is durable.
func (s *stage) keep(r *installer.Receipt) error {
	receipt := s.receipt
	s.receipt = nil
	if err := writeReceipt(receipt, r); err != nil {
		return err
	}
	return s.flush.wait()
}

// close lets go of the files, so that they can be renamed on every platform.
func (s *stage) close() error {
	var errs []error
	if s.receipt != nil {
		errs = append(errs, s.receipt.Close())
		s.receipt = nil
	}
	_ = s.flush.wait() // keep has told, or it does not matter any more
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
