package archive

import (
	"errors"
	"fmt"
	"io/fs"
)

// What an archive can be refused for. An [*Error] wraps one of them.
var (
	// ErrFormat: the bytes are no such archive, are cut off, contradict
	// themselves or are followed by something.
	ErrFormat error = &sentinel{"malformed archive", fs.ErrInvalid}
	// ErrType: an entry is neither a regular file nor a directory.
	ErrType error = &sentinel{"entry type not allowed", fs.ErrInvalid}
	// ErrName: an entry's name is not one that every platform keeps inside the tree.
	ErrName error = &sentinel{"entry name not allowed", fs.ErrInvalid}
	// ErrCollision: two entries claim one place.
	ErrCollision error = &sentinel{"entries collide", fs.ErrExist}
	// ErrFeature: the archive uses something that is not supported, such as
	// encryption.
	ErrFeature error = &sentinel{"archive feature not supported", errors.ErrUnsupported}
	// ErrLimit: a bound of Limits is exceeded; see LimitError.
	ErrLimit = errors.New("limit exceeded")
)

type sentinel struct {
	text string
	is   error
}

func (s *sentinel) Error() string { return s.text }
func (s *sentinel) Unwrap() error { return s.is }

// Error says which entry of an archive is refused and why.
type Error struct {
	Entry string // the name as the archive wrote it; empty when the archive as a whole is meant
	Index int    // which entry, from 0; -1 when the archive as a whole is meant
	Err   error  // wraps one of the sentinels of this package
}

func (e *Error) Error() string {
	if e.Index < 0 {
		return "archive: " + e.Err.Error()
	}
	if e.Entry == "" {
		return fmt.Sprintf("archive: entry %d: %v", e.Index, e.Err)
	}
	return fmt.Sprintf("archive: entry %d %s: %v", e.Index, quote(e.Entry), e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// LimitError says which bound was exceeded. It wraps ErrLimit.
type LimitError struct {
	Limit string // what is bounded, such as "entries"
	Max   int64  // the bound
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%v: more than %d %s", ErrLimit, e.Max, e.Limit)
}

// Unwrap returns ErrLimit.
func (e *LimitError) Unwrap() error { return ErrLimit }

// because adds a reason to a sentinel.
func because(sentinel error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", sentinel, fmt.Sprintf(format, args...))
}

// quote makes a name fit for a message: escaped and not endless.
func quote(name string) string {
	const most = 200
	if len(name) > most {
		return fmt.Sprintf("%q... (%d bytes)", name[:most], len(name))
	}
	return fmt.Sprintf("%q", name)
}
