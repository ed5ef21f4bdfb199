package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// wrapping is a comparable error that is also a standard one.
type wrapping struct {
	text string
	is   error
}

func (w *wrapping) Error() string { return w.text }
func (w *wrapping) Unwrap() error { return w.is }

var (
	// ErrInMemory is returned by Open for a SQLite database that is not in a
	// file. It wraps errors.ErrUnsupported.
	ErrInMemory error = &wrapping{"the database is in memory, where each connection has its own", errors.ErrUnsupported}
	// ErrBusy is returned when others kept the database locked for the whole of
	// Options.BusyTimeout. Nothing has changed. It wraps os.ErrDeadlineExceeded.
	ErrBusy error = &wrapping{"the database is locked by others", os.ErrDeadlineExceeded}
	// ErrInDoubt is returned by Apply when COMMIT failed or had no answer, and it could not be
	// found out in time whether the ops were done: read before trying again.
	ErrInDoubt = errors.New("it is not known whether the transaction was committed")
)

// VersionError is returned by Open when the database's software is too old. It wraps
// errors.ErrUnsupported.
type VersionError struct {
	Software string // such as "SQLite"
	Version  string // what was found
	Need     string // the oldest that will do
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s is version %s, at least %s is needed", e.Software, e.Version, e.Need)
}

// Unwrap returns errors.ErrUnsupported.
func (e *VersionError) Unwrap() error { return errors.ErrUnsupported }

// SchemaError is returned by Open when the tables are not those this version
// of the package made or can upgrade. It wraps errors.ErrUnsupported.
type SchemaError struct {
	Migration int // the step at fault
	Reason    string
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("the tables do not fit this program: migration %d %s", e.Migration, e.Reason)
}

// Unwrap returns errors.ErrUnsupported.
func (e *SchemaError) Unwrap() error { return errors.ErrUnsupported }

// commitError is the failure of a COMMIT, after which it is not known whether the
// transaction was done.
type commitError struct{ err error }

func (e *commitError) Error() string        { return ErrInDoubt.Error() + ": " + e.err.Error() }
func (e *commitError) Is(target error) bool { return target == ErrInDoubt }

// Unwrap returns what the driver said, but never that a context has ended: by the promise of
// catalog.Store that would mean that nothing has changed.
func (e *commitError) Unwrap() error {
	if errors.Is(e.err, context.Canceled) || errors.Is(e.err, context.DeadlineExceeded) {
		return nil
	}
	return e.err
}
