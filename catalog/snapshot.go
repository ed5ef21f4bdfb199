package catalog

import (
	"cmp"
	"iter"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/patchbay/patchbay/internal/btree"
	"github.com/patchbay/patchbay/internal/index"
)

// snapshot is the catalog as of one revision of the store. Everything that is
// read without a connection or an audit entry is answered from it; it never
// changes, so reading needs no lock and never waits for a write.
type snapshot struct {
	rev     Revision
	feeds   map[string]*feedRecord
	skips   holds
	pins    holds
	entries btree.Map[connector.Key, *entry]

	rows      index.Map[*entry]     // those that are shown in the manage view
	published index.Map[*published] // those that users see

	engine   *governance.Engine
	governed Revision // of the last change of policies or assignments
}

func newSnapshot() *snapshot {
	return &snapshot{
		feeds:   map[string]*feedRecord{},
		skips:   newHolds(),
		pins:    newHolds(),
		entries: btree.New[connector.Key, *entry](cmp.Compare[connector.Key]),
		engine:  ungoverned(),
	}
}

// entry returns what is known of a connector, or nil.
func (s *snapshot) entry(key connector.Key) *entry {
	e, _ := s.entries.Get(key)
	return e
}

// all ranges over the rows by name.
func (s *snapshot) all() iter.Seq[*entry] { return s.rows.All() }
