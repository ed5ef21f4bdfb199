package auth

import (
	"errors"
	"io/fs"
)

// sentinel is a comparable error that is also a standard one.
type sentinel struct {
	text string
	is   error
}

func (s *sentinel) Error() string { return s.text }
func (s *sentinel) Unwrap() error { return s.is }

// Errors of sealing. None of them, nor what wraps them, contains a plaintext, a
// key or a value of a Binding.
var (
	// ErrNoKey says that there is nothing to seal or open with. Nothing is ever
	// stored in the open instead (C8). It wraps errors.ErrUnsupported.
	ErrNoKey error = &sentinel{"no key to seal with", errors.ErrUnsupported}
	// ErrNotSealed says that bytes are no sealed value at all: a plaintext, for
	// one, where a sealed value is expected. It wraps fs.ErrInvalid.
	ErrNotSealed error = &sentinel{"not a sealed value", fs.ErrInvalid}
	// ErrTampered says that a sealed value was altered or cut, or was sealed for
	// another Binding. Which of these it was is not told, because only an attacker
	// would make use of it. It wraps fs.ErrInvalid.
	ErrTampered error = &sentinel{"sealed value was altered or belongs elsewhere", fs.ErrInvalid}
	// ErrUnknownKey says that the key which wrapped a data key is not here: it
	// was destroyed, or belongs to another KeyWrapper. It wraps fs.ErrNotExist.
	ErrUnknownKey error = &sentinel{"unknown key", fs.ErrNotExist}
	// ErrKeyInUse refuses to destroy a key that is still needed. It wraps
	// fs.ErrPermission.
	ErrKeyInUse error = &sentinel{"key is in use", fs.ErrPermission}
)
