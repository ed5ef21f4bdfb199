package catalog

import (
	"context"
	"time"
)

// Revision orders all changes of one store. The first change has revision 1;
// 0 is "before everything".
type Revision int64

// Store keeps the catalog's records. It is a small ordered key-value store
// with atomic, conditional batches (S1). Implementations: NewMemStore,
// catalog/sqlstore. A new one is tested with catalogtest.TestStore.
//
// Keys are non-empty byte strings of at most MaxStoreKey bytes, ordered
// bytewise; values are opaque and at most MaxStoreValue bytes. Arguments outside
// the bounds give an error wrapping ErrInvalid. All methods are safe for
// concurrent use, honour the context, and after Close return an error wrapping
// ErrClosed. Values are copied in and out: what is returned belongs to the caller.
//
// A store that can also tell when something has changed is a Watcher.
type Store interface {
	// Get returns the record under key, or an error wrapping ErrNotFound.
	Get(ctx context.Context, key string) (Record, error)
	// List returns up to limit records whose key has the prefix and is greater
	// than after (empty: from the start), in key order. A result shorter than
	// limit is the end. limit must be 1 to MaxStorePage.
	List(ctx context.Context, prefix, after string, limit int) ([]Record, error)
	// Apply does all ops or none, durably, and returns the revision that every
	// record it put now carries. If a precondition does not hold it changes nothing
	// and returns a *ConflictError for the first op that failed. Two ops on one
	// key are an error wrapping ErrInvalid.
	//
	// An Apply that has nothing to change (no ops, only Checks, deletions of absent
	// keys) uses up no revision and returns the newest one. When the context ends
	// first, the error wraps the context's and nothing has changed. After an error
	// of another kind than those named here, such as a lost connection, the ops may or
	// may not have been done: read before trying again.
	Apply(ctx context.Context, ops ...Op) (Revision, error)
	// Changes returns up to limit keys changed after since, in revision order and
	// within a revision in key order, each once with its latest state, and the
	// revision to ask from next time (since itself when nothing changed). A page
	// never ends between two keys of one revision unless limit is smaller than that
	// revision's number of keys, which it then exceeds. Nothing with a smaller
	// revision appears later (S2). limit must be 1 to MaxStorePage.
	//
	// When deletions after since are no longer remembered, or since lies beyond the newest
	// revision (the storage was replaced by an older one), it returns an error wrapping
	// ErrCompacted together with the newest revision: the caller reads everything
	// anew with List and then goes on from that revision.
	Changes(ctx context.Context, since Revision, limit int) ([]Change, Revision, error)
	// Now returns the store's time in UTC, which leases are measured by. All
	// processes on one storage see the same clock.
	Now(ctx context.Context) (time.Time, error)
	// Close releases what the store owns. Closing twice is no error.
	Close() error
}

// Bounds of a Store.
const (
	MaxStoreKey   = 512      // bytes
	MaxStoreValue = 64 << 20 // bytes
	MaxStorePage  = 1000     // records or changes of one List or Changes
)

// Record is one stored value.
type Record struct {
	Key      string
	Value    []byte
	Revision Revision // of the Apply that wrote it
}

// Change is the latest state of a key that changed.
type Change struct {
	Record
	Deleted bool // then Value is nil
}

// OpKind is what an Op does.
type OpKind uint8

// The kinds of Op.
const (
	OpPut OpKind = iota + 1
	OpDelete
	OpCheck // change nothing, only hold the precondition
)

// Op is one step of an Apply. Make it with Put, Delete or Check.
type Op struct {
	Kind  OpKind
	Key   string
	Value []byte // of a Put; nil is stored as empty
	If    Precondition

	given bool   // nobody else uses Value any more, so a MemStore need not copy it
	offer *offer // what Value says, if that is known already
}

// Precondition says what must be true of an Op's key.
type Precondition struct {
	kind byte
	rev  Revision
}

// Any holds always.
func Any() Precondition { return Precondition{} }

// Absent holds when the key has no record.
func Absent() Precondition { return Precondition{kind: 'a'} }

// At holds when the key's record has exactly this revision.
func At(rev Revision) Precondition { return Precondition{kind: 'r', rev: rev} }

// Holds reports whether the precondition is true of a key whose record has
// revision current, or 0 when it has none.
func (p Precondition) Holds(current Revision) bool {
	switch p.kind {
	case 'a':
		return current == 0
	case 'r':
		return current == p.rev && current != 0
	default:
		return true
	}
}

// Put stores value under key.
func Put(key string, value []byte, p Precondition) Op {
	return Op{Kind: OpPut, Key: key, Value: value, If: p}
}

// Delete removes key. Deleting what is absent is no error under Any.
func Delete(key string, p Precondition) Op { return Op{Kind: OpDelete, Key: key, If: p} }

// Check holds a precondition and changes nothing.
func Check(key string, p Precondition) Op { return Op{Kind: OpCheck, Key: key, If: p} }
