package installer

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

type sentinel struct {
	text string
	is   error
}

func (s *sentinel) Error() string { return s.text }
func (s *sentinel) Unwrap() error { return s.is }

// What an installation fails for, besides the errors of the context, of the
// medium and of Package.Open. Test with errors.Is.
var (
	// ErrCorrupt: bytes are not those that were promised, on their way here or
	// where they were kept. Fetching again may help.
	ErrCorrupt = errors.New("bytes differ from what was promised")
	// ErrIdentity: the package is not the one that the feed described (P18).
	ErrIdentity error = &sentinel{"package is not what the feed says", fs.ErrInvalid}
	// ErrRefused: the archive or its manifest holds something that no package
	// may. It stays refused.
	ErrRefused error = &sentinel{"package refused", fs.ErrInvalid}
	// ErrLimit: a bound of Limits is exceeded.
	ErrLimit = errors.New("limit exceeded")
)

// Error says what failed for which package, and while installing in which
// phase. Every Install, Verify, Remove and Open of this module fails with one.
type Error struct {
	Phase   Phase // empty: before anything was fetched, or not while installing
	Key     connector.Key
	Version string
	Err     error
}

func (e *Error) Error() string {
	phase := e.Phase
	if phase == "" {
		phase = "package"
	}
	return fmt.Sprintf("installer: %s %s@%s: %v", phase, e.Key, e.Version, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// DigestError says that bytes have another digest than promised. It wraps
// ErrCorrupt.
type DigestError struct {
	Want, Got connector.Digest // of one algorithm
}

func (e *DigestError) Error() string {
	return fmt.Sprintf("digest is %s instead of %s", e.Got, e.Want)
}

// Unwrap returns ErrCorrupt.
func (e *DigestError) Unwrap() error { return ErrCorrupt }

// SizeError says that there are more or fewer bytes than promised. It wraps
// ErrCorrupt.
type SizeError struct {
	Want, Got int64 // bytes; where there are more, Got is how many were seen before giving up
}

func (e *SizeError) Error() string {
	if e.Got > e.Want {
		return fmt.Sprintf("more than the stated %d bytes", e.Want)
	}
	return fmt.Sprintf("%d bytes instead of %d", e.Got, e.Want)
}

// Unwrap returns ErrCorrupt.
func (e *SizeError) Unwrap() error { return ErrCorrupt }

// LimitError says which bound was exceeded. It wraps ErrLimit.
type LimitError struct {
	Limit string // what is bounded, such as "entries"
	Max   int64  // the bound
	Entry string // the archive's entry that exceeds it; empty when the whole package is meant
}

func (e *LimitError) Error() string {
	if e.Entry != "" {
		return fmt.Sprintf("%v: more than %d %s, at %q", ErrLimit, e.Max, e.Limit, e.Entry)
	}
	return fmt.Sprintf("%v: more than %d %s", ErrLimit, e.Max, e.Limit)
}

// Unwrap returns ErrLimit.
func (e *LimitError) Unwrap() error { return ErrLimit }

// EntryError says which entry of an archive is refused and why. It wraps
// ErrRefused.
type EntryError struct {
	Entry  string // the name as the archive wrote it; empty when the whole archive is meant
	Reason string
}

func (e *EntryError) Error() string { return fmt.Sprintf("%v: %s", ErrRefused, e.Reason) }

// Unwrap returns ErrRefused.
func (e *EntryError) Unwrap() error { return ErrRefused }

// IdentityError says in what a package differs from what the feed said of it.
// It wraps ErrIdentity.
type IdentityError struct {
	WantKey, GotKey         connector.Key // Got is what the package says
	WantVersion, GotVersion string
	Differences             []string // everything that differs, key and version included
}

func (e *IdentityError) Error() string {
	return fmt.Sprintf("%v: %s", ErrIdentity, strings.Join(e.Differences, "; "))
}

// Unwrap returns ErrIdentity.
func (e *IdentityError) Unwrap() error { return ErrIdentity }
