package catalog

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
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

// reason adds what is wrong with a text that somebody gave as the reason of a change.
func (f *faultList) reason(field, text string) {
	switch {
	case text == "":
		f.add("%s is empty: it is what people are told", field)
	case len(text) > maxText:
		f.add("%s has %d bytes, at most %d are allowed", field, len(text), maxText)
	case !utf8.ValidString(text):
		f.add("%s is no UTF-8", field)
	}
}

// maxText bounds what is remembered of an error, whose text may be a stranger's.
const maxText = 4096 // bytes

// clipText returns text short enough to be stored again and again, and as JSON can
// hold it.
func clipText(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "… (cut)"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
