package catalog

import (
	"errors"
	"fmt"
	"io/fs"
)

// sentinel is a comparable error that is also a standard one.
type sentinel struct {
	text string
	is   error
}

func (s *sentinel) Error() string { return s.text }
func (s *sentinel) Unwrap() error { return s.is }

// The errors callers test for with errors.Is. Each wraps the standard error
// that comes nearest.
var (
	ErrNotFound   error = &sentinel{"not found", fs.ErrNotExist}
	ErrExists     error = &sentinel{"already exists", fs.ErrExist}
	ErrForbidden  error = &sentinel{"forbidden", fs.ErrPermission}
	ErrInvalid    error = &sentinel{"invalid", fs.ErrInvalid}
	ErrClosed     error = &sentinel{"closed", fs.ErrClosed}
	ErrConflict         = errors.New("changed by someone else")
	ErrCompacted        = errors.New("change history no longer remembered")
	ErrStalePlan        = errors.New("plan is stale")
	ErrNoEligible       = errors.New("no eligible version")
)

// Error is what every method of this package fails with: what was tried, on
// what, and why.
type Error struct {
	Op  string // such as "install"
	Key string // connector key, id or name; empty when none is meant
	Err error
}

func (e *Error) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("catalog: %s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("catalog: %s %q: %v", e.Op, e.Key, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ConflictError is returned by Store.Apply: the precondition of Ops[Index] on Key
// did not hold. It wraps ErrConflict.
type ConflictError struct {
	Index int
	Key   string
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("store: precondition on %q does not hold", e.Key)
}

// Unwrap returns ErrConflict.
func (e *ConflictError) Unwrap() error { return ErrConflict }
