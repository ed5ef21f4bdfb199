package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/internal/btree"
	"github.com/patchbay/patchbay/internal/notify"
)

// ErrStoreFull is what Apply of a Store fails with when the storage has no room
// for the ops. Nothing has changed then.
var ErrStoreFull = errors.New("store is full")

// MemStoreOptions are the options of NewMemStore.
type MemStoreOptions struct {
	// MaxBytes bounds the keys and values held, in bytes, with 128 bytes added for
	// each record and each remembered deletion. Apply fails with ErrStoreFull rather
	// than go beyond. 0 or less means 1 GiB.
	MaxBytes int64
	// Deletions is how many deletions are remembered for Changes, at most. When
	// more come, the oldest are forgotten, and a caller that has not read
	// them gets ErrCompacted. 0 means 10,000; less than 0 means none.
	Deletions int
	// Now is the store's clock. nil means time.Now. It is called from many
	// goroutines.
	Now func() time.Time
}

// MemStore is a Store in memory, for tests and for programs whose catalog need
// not outlive them. It behaves as every other Store does, except that nothing
// is left after Close and that no other process can share it. A read never waits for
// a write. It is a Watcher and a Composer. All methods are safe for concurrent use.
type MemStore struct {
	maxBytes  int64
	deletions int
	now       func() time.Time
	hub       notify.Hub

	writing sync.Mutex               // held by the one Apply at work, and by Close
	state   atomic.Pointer[memState] // nil after Close
}

var (
	_ Store    = (*MemStore)(nil)
	_ Watcher  = (*MemStore)(nil)
	_ Composer = (*MemStore)(nil)
)

// NewMemStore returns an empty store. o may be nil.
func NewMemStore(o *MemStoreOptions) *MemStore {
	const (
		defaultBytes     = 1 << 30
		defaultDeletions = 10_000
	)
	s := &MemStore{maxBytes: defaultBytes, deletions: defaultDeletions, now: time.Now}
	if o != nil {
		if o.MaxBytes > 0 {
			s.maxBytes = o.MaxBytes
		}
		if o.Deletions != 0 {
			s.deletions = max(o.Deletions, 0)
		}
		if o.Now != nil {
			s.now = o.Now
		}
	}
	s.state.Store(&memState{
		records: btree.New[string, memRecord](strings.Compare),
		deleted: btree.New[string, Revision](strings.Compare),
		changed: btree.New[memChange, struct{}](compareChanges),
		graves:  btree.New[memChange, struct{}](compareChanges),
	})
	return s
}

// Get implements Store.
func (s *MemStore) Get(ctx context.Context, key string) (Record, error) {
	st, err := s.read(ctx, "get", ValidateGet(key))
	if err != nil {
		return Record{}, err
	}
	r, ok := st.records.Get(key)
	if !ok {
		return Record{}, fmt.Errorf("store: get %q: %w", key, ErrNotFound)
	}
	return r.record(key), nil
}

// List implements Store.
func (s *MemStore) List(ctx context.Context, prefix, after string, limit int) ([]Record, error) {
	st, err := s.read(ctx, "list", ValidateList(prefix, after, limit))
	if err != nil {
		return nil, err
	}
	var list []Record
	for key, r := range st.records.From(max(prefix, after)) {
		if !strings.HasPrefix(key, prefix) || len(list) == limit {
			break
		}
		if key != after {
			list = append(list, r.record(key))
		}
	}
	return list, nil
}

// Changes implements Store.
func (s *MemStore) Changes(ctx context.Context, since Revision, limit int) ([]Change, Revision, error) {
	page, next, err := s.look(ctx, since, limit)
	for i := range page {
		if c := &page[i]; !c.Deleted {
			c.Value = append([]byte{}, c.Value...) // a copy, and never nil
		}
	}
	return page, next, err
}

// look is Changes for a caller that only looks at the values, which stay the store's.
func (s *MemStore) look(ctx context.Context, since Revision, limit int) ([]Change, Revision, error) {
	st, err := s.read(ctx, "changes", ValidateChanges(since, limit))
	if err != nil {
		return nil, 0, err
	}
	if since < st.floor || since > st.revision {
		return nil, st.revision, fmt.Errorf("store: changes since %d: %w", since, ErrCompacted)
	}
	return st.changes(since, limit)
}

// Now implements Store: the time of the clock given by the options.
func (s *MemStore) Now(ctx context.Context) (time.Time, error) {
	if _, err := s.read(ctx, "now", nil); err != nil {
		return time.Time{}, err
	}
	return s.now().UTC().Round(0), nil
}

// Watch implements Watcher.
func (s *MemStore) Watch(ctx context.Context) (<-chan struct{}, error) {
	if _, err := s.read(ctx, "watch", nil); err != nil {
		return nil, err
	}
	return s.hub.Subscribe(ctx), nil
}

// Close implements Store. It forgets everything.
func (s *MemStore) Close() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.state.Store(nil)
	s.hub.Close()
	return nil
}

// read returns the state that one call works on, or why the call must fail.
func (s *MemStore) read(ctx context.Context, method string, invalid error) (*memState, error) {
	st := s.state.Load()
	switch {
	case st == nil:
		return nil, fmt.Errorf("store: %s: %w", method, ErrClosed)
	case invalid != nil:
		return nil, invalid
	case ctx.Err() != nil:
		return nil, fmt.Errorf("store: %s: %w", method, ctx.Err())
	}
	return st, nil
}
