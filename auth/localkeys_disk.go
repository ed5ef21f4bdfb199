package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"
)

// keyDisk is what a key file asks of the operating system. Tests put faults
// behind it.
type keyDisk interface {
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	Open(name string) (keyHandle, error)
	Create(name string) (keyHandle, error) // fails if there is one; only its owner has access
	Rename(oldName, newName string) error
	Remove(name string) error
	SyncDir(name string) error // flushes a directory's names
	// Lock waits until no other process, nor another caller in this one, holds name.
	// A process that dies gives it back.
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

type keyHandle interface {
	io.ReadWriteCloser
	Stat() (fs.FileInfo, error)
	Sync() error
}

type osKeyDisk struct{}

func (osKeyDisk) Stat(name string) (fs.FileInfo, error)  { return os.Stat(name) }
func (osKeyDisk) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(name) }
func (osKeyDisk) Remove(name string) error               { return os.Remove(name) }

func (osKeyDisk) Rename(oldName, newName string) error {
	return os.Rename(oldName, newName) //nolint:gosec // the caller's path
}

func (osKeyDisk) Open(name string) (keyHandle, error) {
	f, err := os.Open(name) //nolint:gosec // the caller's path
	if err != nil {
		return nil, err
	}
	return readHandle{f}, nil
}

func (osKeyDisk) Create(name string) (keyHandle, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the caller's path
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (osKeyDisk) SyncDir(name string) error {
	f, err := os.Open(name) //nolint:gosec // the caller's path
	if err != nil {
		return err
	}
	return errors.Join(readHandle{f}.Sync(), f.Close())
}

// readHandle is a file that was opened for reading.
type readHandle struct{ *os.File }

// Sync flushes it, where the system does that for readers.
func (h readHandle) Sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return h.File.Sync()
}

// lockPoll is how long a lock that is taken is left alone.
const lockPoll = 10 * time.Millisecond

func (osKeyDisk) Lock(ctx context.Context, name string) (func(), error) {
	for {
		unlock, err := tryLock(name)
		if !errors.Is(err, errLocked) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s is locked: %w", name, ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

// errLocked says that somebody else holds the lock.
var errLocked = errors.New("locked")
