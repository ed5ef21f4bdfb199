package auth

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock, or returns errLocked. A file opened without sharing is
// a lock, and closed with its process.
func tryLock(name string) (unlock func(), err error) {
	const sharingViolation = syscall.Errno(32)
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
	h, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case err == nil:
		return func() { _ = syscall.CloseHandle(h) }, nil
	case errors.Is(err, sharingViolation):
		return nil, errLocked
	default:
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
}
