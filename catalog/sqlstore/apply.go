package sqlstore

import (
	"context"

	"github.com/patchbay/patchbay/catalog"
)

// Apply implements catalog.Store. It is on disk when it returns. Applys that come while another one is
// being committed are committed together, in one transaction; each succeeds or fails by itself, and has a
// revision of its own (S4).
func (s *Store) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	if err := s.usable(ctx, catalog.ValidateApply(ops...)); err != nil {
		return 0, s.failure(ctx, "apply", err)
	}
	r := newRequest(ctx, ops)
	s.writer.apply(r)
	if r.err != nil {
		return 0, s.failure(ctx, "apply", r.err)
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
	value   []byte           // if changed
	changed catalog.Revision // by which Apply, 0 when by none
}

func newPending(st state) *pending {
	return &pending{st: st, keys: map[string]*pendingKey{}}
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
