package catalog

import (
	"cmp"

	"github.com/patchbay/patchbay/internal/btree"
)

// memState is what a MemStore holds at one revision. It never changes.
type memState struct {
	revision Revision
	floor    Revision // deletions up to here are forgotten
	bytes    int64

	records btree.Map[string, memRecord]
	deleted btree.Map[string, Revision]    // the deletions remembered
	changed btree.Map[memChange, struct{}] // the latest change of every key in records or deleted
	graves  btree.Map[memChange, struct{}] // deleted, oldest first
}

type memRecord struct {
	value    []byte // never changed in place
	revision Revision
}

// record returns a copy for the caller.
func (r memRecord) record(key string) Record {
	return Record{Key: key, Value: append([]byte{}, r.value...), Revision: r.revision}
}

type memChange struct {
	revision Revision
	key      string
}

func compareChanges(a, b memChange) int {
	return cmp.Or(cmp.Compare(a.revision, b.revision), cmp.Compare(a.key, b.key))
}

// changes returns the page of changes after since. The values are not copied.
func (st *memState) changes(since Revision, limit int) ([]Change, Revision, error) {
	var page []Change
	whole := 0 // how much of page is whole revisions
	for c := range st.changed.From(memChange{revision: since + 1}) {
		if n := len(page); n > 0 && page[n-1].Revision != c.revision {
			whole = n
		}
		if len(page) >= limit && whole > 0 {
			page = page[:whole]
			break
		}
		page = append(page, st.change(c))
	}
	if len(page) > 0 {
		since = page[len(page)-1].Revision
	}
	return page, since, nil
}

func (st *memState) change(c memChange) Change {
	if r, ok := st.records.Get(c.key); ok {
		return Change{Record: Record{Key: c.key, Value: r.value, Revision: r.revision}}
	}
	return Change{Record: Record{Key: c.key, Revision: c.revision}, Deleted: true}
}
