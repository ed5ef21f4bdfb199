package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/internal/btree"
)

// Apply implements Store.
func (s *MemStore) Apply(ctx context.Context, ops ...Op) (Revision, error) {
	return s.apply(ctx, ValidateApply(ops...), func(*memState) ([]Op, error) { return ops, nil })
}

// Compose implements Composer.
func (s *MemStore) Compose(ctx context.Context, keys []string, compose func(current []Record) ([]Op, error), more ...Op) (Revision, error) {
	return s.apply(ctx, ValidateCompose(keys...), func(st *memState) ([]Op, error) {
		current := make([]Record, len(keys))
		for i, key := range keys {
			current[i] = Record{Key: key}
			if r, ok := st.records.Get(key); ok {
				current[i] = r.record(key)
			}
		}
		ops, err := compose(current)
		if err != nil {
			return nil, err
		}
		ops = slices.Concat(ops, more)
		return ops, ValidateApply(ops...)
	})
}

func (s *MemStore) apply(ctx context.Context, invalid error, compose func(*memState) ([]Op, error)) (Revision, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	st, err := s.read(ctx, "apply", invalid)
	if err != nil {
		return 0, err
	}
	ops, err := compose(st)
	if err != nil {
		return 0, err
	}
	for i, op := range ops {
		if r, _ := st.records.Get(op.Key); !op.If.Holds(r.revision) {
			return 0, &ConflictError{Index: i, Key: op.Key}
		}
	}
	e := st.edit()
	for _, op := range ops {
		e.do(op)
	}
	if !e.dirty {
		return st.revision, nil
	}
	next := e.finish(s.deletions)
	if next.bytes > s.maxBytes && next.bytes > st.bytes {
		return 0, fmt.Errorf("store: apply: %d bytes, at most %d are allowed: %w", next.bytes, s.maxBytes, ErrStoreFull)
	}
	s.state.Store(next)
	s.hub.Notify()
	return next.revision, nil
}

// memEdit makes the next state. The preconditions hold already.
type memEdit struct {
	next    memState
	dirty   bool
	records *btree.Edit[string, memRecord]
	deleted *btree.Edit[string, Revision]
	changed *btree.Edit[memChange, struct{}]
	graves  *btree.Edit[memChange, struct{}]
	before  *memState
}

func (st *memState) edit() *memEdit {
	e := &memEdit{
		next:    *st,
		records: st.records.Edit(),
		deleted: st.deleted.Edit(),
		changed: st.changed.Edit(),
		graves:  st.graves.Edit(),
		before:  st,
	}
	e.next.revision++
	return e
}

// do does one op. No other op has the same key, so what was there before the
// Apply is what is there now.
func (e *memEdit) do(op Op) {
	old, present := e.before.records.Get(op.Key)
	now := memChange{e.next.revision, op.Key}
	switch {
	case op.Kind == OpPut:
		if present {
			e.changed.Delete(memChange{old.revision, op.Key})
			e.next.bytes -= memCost(op.Key, old.value)
		} else if rev, ok := e.before.deleted.Get(op.Key); ok {
			e.forget(memChange{rev, op.Key})
		}
		value := op.Value
		if !op.given {
			value = append([]byte{}, op.Value...) // a copy, and never nil
		}
		e.records.Set(op.Key, memRecord{value, now.revision})
		e.next.bytes += memCost(op.Key, value)
	case op.Kind == OpDelete && present:
		e.changed.Delete(memChange{old.revision, op.Key})
		e.records.Delete(op.Key)
		e.next.bytes -= memCost(op.Key, old.value)
		e.deleted.Set(op.Key, now.revision)
		e.graves.Set(now, struct{}{})
		e.next.bytes += memCost(op.Key, nil)
	default:
		return
	}
	e.changed.Set(now, struct{}{})
	e.dirty = true
}

// forget drops a remembered deletion.
func (e *memEdit) forget(grave memChange) {
	e.graves.Delete(grave)
	e.deleted.Delete(grave.key)
	e.changed.Delete(grave)
	e.next.bytes -= memCost(grave.key, nil)
}

// finish forgets the deletions beyond the number that is remembered, and returns
// the new state.
func (e *memEdit) finish(remembered int) *memState {
	next := &e.next
	next.graves = e.graves.Map()
	if excess := next.graves.Len() - remembered; excess > 0 {
		e.graves = next.graves.Edit()
		for grave := range next.graves.From(memChange{}) {
			if excess == 0 {
				break
			}
			next.floor = grave.revision
			e.forget(grave)
			excess--
		}
		next.graves = e.graves.Map()
	}
	next.records, next.deleted, next.changed = e.records.Map(), e.deleted.Map(), e.changed.Map()
	return next
}

// memCost is what a record or a remembered deletion counts for in bytes.
func memCost(key string, value []byte) int64 {
	const overhead = 128
	return int64(len(key)+len(value)) + overhead
}
