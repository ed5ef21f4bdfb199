package catalog

import (
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// maxHints bounds how many keys an error names.
const maxHints = 5

// find checks a key that the caller wrote and returns its entry.
func (s *snapshot) find(written string) (*entry, error) {
	return s.findWhere(written, func(e *entry) *Row {
		if e.empty() {
			return nil
		}
		return &e.row
	})
}

// findPublished is find among what is published. It tells nothing of the rest (P2).
func (s *snapshot) findPublished(written string) (*entry, error) {
	return s.findWhere(written, func(e *entry) *Row { return e.listed })
}

// findWhere finds an entry that shows a row. It also helps somebody who wrote a
// display name: the error says so and which keys it could mean.
func (s *snapshot) findWhere(written string, shown func(*entry) *Row) (*entry, error) {
	key, err := connector.ParseKey(written)
	if err == nil {
		if e := s.entry(key); e != nil && shown(e) != nil {
			return e, nil
		}
		err = ErrNotFound
	} else {
		err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	var keys []string
	for e := range s.all() {
		if row := shown(e); row != nil && strings.EqualFold(row.Name, written) && len(keys) < maxHints {
			keys = append(keys, string(e.key))
		}
	}
	if len(keys) > 0 {
		err = fmt.Errorf("%w: %q is the display name of %s", err, written, strings.Join(keys, ", "))
	}
	return nil, err
}
