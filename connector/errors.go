package connector

import "io/fs"

// sentinel is a comparable error that is also a standard one.
type sentinel struct {
	text string
	is   error
}

func (s *sentinel) Error() string { return s.text }
func (s *sentinel) Unwrap() error { return s.is }

// ErrInvalid is what every error of this package about an input wraps. It wraps
// fs.ErrInvalid.
var ErrInvalid error = &sentinel{"invalid", fs.ErrInvalid}

// inputError says what is wrong with one value that somebody wrote.
type inputError struct{ what, text, reason string }

func (e *inputError) Error() string {
	return e.what + " " + quote(e.text) + ": " + e.reason
}

func (e *inputError) Unwrap() error { return ErrInvalid }
