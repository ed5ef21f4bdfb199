package catalog

import (
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/index"
)

// maxHints bounds how many keys an error names.
const maxHints = 5

// find checks a key that the caller wrote and returns its entry.
func (s *snapshot) find(written string) (*entry, error) {
	return findIn(s, s.rows, written, func(e *entry) bool { return !e.empty() })
}

// findPublished is find among what is published. It tells nothing of the rest (P2).
func (s *snapshot) findPublished(written string) (*entry, error) {
	return findIn(s, s.published, written, func(e *entry) bool { return e.listed != nil })
}

// findIn finds an entry that is shown in a list. It also helps somebody who wrote a
// display name: the error says so and which keys it could mean.
func findIn[T index.Item](s *snapshot, list index.Map[T], written string, shown func(*entry) bool) (*entry, error) {
	key, err := connector.ParseKey(written)
	if err == nil {
		if e := s.entry(key); e != nil && shown(e) {
			return e, nil
		}
		err = ErrNotFound
	} else {
		err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	var keys []string
	for item := range list.Named(strings.ToLower(written)) {
		if keys = append(keys, item.Place().Key); len(keys) == maxHints {
			break
		}
	}
	if len(keys) > 0 {
		err = fmt.Errorf("%w: %q is the display name of %s", err, written, strings.Join(keys, ", "))
	}
	return nil, err
}
