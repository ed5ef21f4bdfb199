package governance

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

// The errors callers test for with errors.Is. What is wrong with a policy or an
// assignment itself is a connector.Faults, which wraps connector.ErrInvalid.
var (
	// ErrDisabledByPolicy is every denial (G10). It wraps fs.ErrPermission.
	ErrDisabledByPolicy error = &sentinel{"disabled by policy", fs.ErrPermission}
	// ErrNotFound means that there is no such policy or assignment. It wraps
	// fs.ErrNotExist.
	ErrNotFound error = &sentinel{"not found", fs.ErrNotExist}
	// ErrEqualPriority means that another group of the tenant has the same priority
	// number (G3). It wraps fs.ErrExist.
	ErrEqualPriority error = &sentinel{"equal group priority", fs.ErrExist}
	// ErrConflict means that a change is based on another revision than the one
	// there is (G12).
	ErrConflict = errors.New("changed by someone else")
	// ErrInUse means that a policy that is to be deleted is assigned (G12).
	ErrInUse = errors.New("the policy is assigned")
	// ErrNotLoaded means that an Engine is nil or was not made by Compile.
	ErrNotLoaded = errors.New("no policies are loaded")
)

// DeniedError is a Decision that denies, as an error. It wraps
// ErrDisabledByPolicy.
type DeniedError struct{ Decision Decision }

// Error returns the decision's reason.
func (e *DeniedError) Error() string { return ErrDisabledByPolicy.Error() + ": " + e.Decision.Reason() }

// Unwrap returns ErrDisabledByPolicy.
func (e *DeniedError) Unwrap() error { return ErrDisabledByPolicy }
