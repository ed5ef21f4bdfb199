package catalog

import (
	"errors"
	"fmt"
)

// faultList collects everything wrong with an input, so that the caller sees
// all of it at once.
type faultList []error

func (f *faultList) add(format string, args ...any) {
	*f = append(*f, fmt.Errorf(format, args...))
}

func (f *faultList) err() error {
	if len(*f) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrInvalid, errors.Join(*f...))
}
