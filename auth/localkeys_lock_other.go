//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package auth

import (
	"errors"
	"fmt"
)

// tryLock refuses: without locks two processes that rotate would lose a key. The file
// can still be opened and used.
func tryLock(name string) (unlock func(), err error) {
	return nil, fmt.Errorf("lock %s: %w", name, errors.ErrUnsupported)
}
