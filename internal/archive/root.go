package archive

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// The permissions of everything unpacked.
const (
	dirPerm  fs.FileMode = 0o755
	filePerm fs.FileMode = 0o644
	execPerm fs.FileMode = 0o755
)

// RootSink writes below an [os.Root], which stays the caller's. It makes only
// what does not exist, so it follows nothing that is there. Close it when the
// unpacking is over.
type RootSink struct {
	root *os.Root
	// The directory used last stays open: each step of a path costs a system call,
	// and an archive may have many deep ones.
	dir  string
	open *os.Root
}

// NewRootSink returns a RootSink.
func NewRootSink(root *os.Root) *RootSink { return &RootSink{root: root, dir: "."} }

// Close lets go of the directory used last.
func (s *RootSink) Close() error {
	open := s.open
	s.dir, s.open = ".", nil
	if open == nil {
		return nil
	}
	return open.Close()
}

// parent returns the directory of a path.
func (s *RootSink) parent(name string) (*os.Root, error) {
	dir := path.Dir(name)
	if dir == "." {
		return s.root, nil
	}
	if dir == s.dir {
		return s.open, nil
	}
	from, rel := s.root, dir
	if s.open != nil && path.Dir(dir) == s.dir {
		from, rel = s.open, path.Base(dir)
	}
	opened, err := from.OpenRoot(rel)
	if err != nil {
		return nil, err
	}
	err = s.Close()
	s.dir, s.open = dir, opened
	return opened, err
}

// Mkdir implements Sink.
func (s *RootSink) Mkdir(name string) error {
	parent, err := s.parent(name)
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	base := path.Base(name)
	if err := parent.Mkdir(base, dirPerm); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	// The process's umask must not decide what a package is.
	info, err := parent.Lstat(base)
	if err == nil && info.Mode().Perm() != dirPerm {
		err = parent.Chmod(base, dirPerm)
	}
	if err != nil {
		return fmt.Errorf("set permissions: %w", err)
	}
	return nil
}

// Create implements Sink.
func (s *RootSink) Create(name string, executable bool) (io.WriteCloser, error) {
	parent, err := s.parent(name)
	if err != nil {
		return nil, fmt.Errorf("open directory: %w", err)
	}
	perm := filePerm
	if executable {
		perm = execPerm
	}
	f, err := parent.OpenFile(path.Base(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, fmt.Errorf("make file: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm() != perm {
		err = f.Chmod(perm)
	}
	if err != nil {
		_ = f.Close() // the error above is the one to tell
		return nil, fmt.Errorf("set permissions: %w", err)
	}
	return f, nil
}
