package archive

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The permissions of everything unpacked.
const (
	dirPerm  fs.FileMode = 0o755
	filePerm fs.FileMode = 0o644
	execPerm fs.FileMode = 0o755
)

// RootSink writes below an [os.Root], which stays the caller's. It makes only
// what does not exist, so it follows nothing that is there.
type RootSink struct {
	Root *os.Root
}

// Mkdir implements Sink.
func (s RootSink) Mkdir(name string) error {
	if err := s.Root.Mkdir(name, dirPerm); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	// The process's umask must not decide what a package is.
	if err := s.Root.Chmod(name, dirPerm); err != nil {
		return fmt.Errorf("set permissions: %w", err)
	}
	return nil
}

// Create implements Sink.
func (s RootSink) Create(name string, executable bool) (io.WriteCloser, error) {
	perm := filePerm
	if executable {
		perm = execPerm
	}
	f, err := s.Root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, fmt.Errorf("make file: %w", err)
	}
	if err := f.Chmod(perm); err != nil {
		_ = f.Close() // the error above is the one to tell
		return nil, fmt.Errorf("set permissions: %w", err)
	}
	return f, nil
}
