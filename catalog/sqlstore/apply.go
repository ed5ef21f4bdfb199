package sqlstore

import (
	"bytes"
	"context"
	"errors"

	"github.com/patchbay/patchbay/catalog"
)

// Apply implements catalog.Store. It is on disk when it returns. Applys that come while another one is
// being committed are committed together, in one transaction; each succeeds or fails by itself, and has a
// revision of its own (S4).
func (s *Store) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	if err := s.usable(ctx, catalog.ValidateApply(ops...)); err != nil {
		return 0, s.failure(ctx, "apply", err)
	}
	return s.do(newRequest(ctx, nil, nil, ops))
}

// Compose implements catalog.Composer. What is composed at once is one transaction, too.
func (s *Store) Compose(
	ctx context.Context, keys []string, compose func(current []catalog.Record) ([]catalog.Op, error), more ...catalog.Op,
) (catalog.Revision, error) {
	if err := s.usable(ctx, errors.Join(catalog.ValidateCompose(keys...), catalog.ValidateApply(more...))); err != nil {
		return 0, s.failure(ctx, "compose", err)
	}
	return s.do(newRequest(ctx, keys, compose, more))
}

func (s *Store) do(r *request) (catalog.Revision, error) {
	s.writer.apply(r)
	switch {
	case r.panicked != nil:
		panic(r.panicked)
	case r.refused != nil:
		return 0, r.refused
	case r.err != nil:
		return 0, s.failure(r.ctx, "apply", r.err)
	}
	return r.rev, nil
}

// state is the row of counters.
type state struct {
	revision  catalog.Revision
	floor     catalog.Revision // deletions up to here are forgotten
	deletions int              // those that are not
}

// pending is what Applys, one after another, have come to and is still to be written.
type pending struct {
	st   state
	keys map[string]*pendingKey
}

// pendingKey is a key that one of the Applys names.
type pendingKey struct {
	stored  bool             // has a record in the database
	current catalog.Revision // as the next Apply finds it, 0 when absent
	value   []byte           // if changed, or read
	changed catalog.Revision // by which Apply, 0 when by none
}

func newPending(st state) *pending {
	return &pending{st: st, keys: map[string]*pendingKey{}}
}

// records returns what the next Apply finds under keys, which have been read.
func (p *pending) records(keys []string) []catalog.Record {
	current := make([]catalog.Record, len(keys))
	for i, key := range keys {
		current[i].Key = key
		if k := p.keys[key]; k.current != 0 {
			current[i].Revision, current[i].Value = k.current, bytes.Clone(present(k.value))
		}
	}
	return current
}

// apply does ops if all preconditions hold, else nothing. All keys must have been loaded.
func (p *pending) apply(ops []catalog.Op) error {
	changes := false
	for i, op := range ops {
		current := p.keys[op.Key].current
		if !op.If.Holds(current) {
			return &catalog.ConflictError{Index: i, Key: op.Key}
		}
		changes = changes || op.Kind == catalog.OpPut || op.Kind == catalog.OpDelete && current != 0
	}
	if !changes {
		return nil
	}
	p.st.revision++
	for _, op := range ops {
		k := p.keys[op.Key]
		switch {
		case op.Kind == catalog.OpPut:
			k.current, k.value, k.changed = p.st.revision, present(op.Value), p.st.revision
		case op.Kind == catalog.OpDelete && k.current != 0:
			k.current, k.value, k.changed = 0, nil, p.st.revision
		}
	}
	return nil
}
