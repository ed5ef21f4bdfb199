package version

import (
	"errors"

	"github.com/patchbay/patchbay/connector"
)

// sentinel is a comparable error that is also connector.ErrInvalid.
type sentinel struct{ text string }

func (s *sentinel) Error() string { return s.text }
func (s *sentinel) Unwrap() error { return connector.ErrInvalid }

// The errors callers test for with errors.Is. All wrap connector.ErrInvalid,
// and so fs.ErrInvalid.
var (
	// ErrInvalidVersion means that a string is no version of the strict dialect.
	ErrInvalidVersion error = &sentinel{"invalid version"}
	// ErrInvalidRange means that a string is no version range.
	ErrInvalidRange error = &sentinel{"invalid version range"}
	// ErrInvalidScope means that a string is no Scope.
	ErrInvalidScope error = &sentinel{"invalid scope"}
	// ErrAmbiguous means that one version is offered more than once (P6).
	ErrAmbiguous error = &sentinel{"ambiguous version"}
)

// FaultError is one thing wrong with an input of this package. Errors of Compile,
// Rules.Compile and Select join one FaultError for each thing wrong (errors.Join);
// Faults takes them apart.
type FaultError struct {
	Pointer string // JSON pointer into the input, such as "/releases/3/version" or "/skips/0/versions"
	Err     error  // wraps one of this package's sentinels; quotes the offending value
}

// Error implements error.
func (f *FaultError) Error() string { return f.Pointer + ": " + f.Err.Error() }

// Unwrap returns the cause.
func (f *FaultError) Unwrap() error { return f.Err }

// Faults returns every FaultError within err, in the order of the input. It returns
// nil when there is none.
func Faults(err error) []*FaultError {
	var found []*FaultError
	switch e := err.(type) { //nolint:errorlint // the tree of errors is walked by hand
	case nil:
	case *FaultError:
		found = append(found, e)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			found = append(found, Faults(one)...)
		}
	default:
		found = Faults(errors.Unwrap(err))
	}
	return found
}
