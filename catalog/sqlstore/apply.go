package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/patchbay/patchbay/catalog"
)

// Apply implements catalog.Store: one transaction, on disk when it returns.
func (s *Store) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	if err := s.usable(ctx, catalog.ValidateApply(ops...)); err != nil {
		return 0, s.failure(ctx, "apply", err)
	}
	var before, after state
	err := s.writer.transact(ctx, func(tx *transaction) (bool, error) {
		var err error
		if before, err = tx.state(); err != nil {
			return false, err
		}
		if after, err = tx.apply(before, ops); err != nil {
			return false, err
		}
		if after.revision == before.revision {
			return false, nil
		}
		if after, err = tx.forget(after, s.o.Deletions); err != nil {
			return false, err
		}
		return true, tx.exec(s.dialect.sql.save, after.revision, after.floor, after.deletions)
	})
	if err != nil {
		return 0, s.failure(ctx, "apply", err)
	}
	if after.revision != before.revision {
		s.saw(after.revision)
		s.hub.Notify()
	}
	return after.revision, nil
}

// state is the row of counters.
type state struct {
	revision  catalog.Revision
	floor     catalog.Revision // deletions up to here are forgotten
	deletions int              // those that are not
}

func (tx *transaction) state() (state, error) {
	var st state
	err := tx.one(tx.writer.d.sql.state, nil, &st.revision, &st.floor, &st.deletions)
	return st, err
}

// apply does ops whose preconditions hold, and returns the state afterwards: with the same
// revision when nothing had to change.
func (tx *transaction) apply(st state, ops []catalog.Op) (state, error) {
	present := make([]bool, len(ops))
	for i, op := range ops {
		current, err := tx.find(op.Key)
		if err != nil {
			return st, err
		}
		if !op.If.Holds(current) {
			return st, &catalog.ConflictError{Index: i, Key: op.Key}
		}
		present[i] = current != 0
	}
	next := st
	next.revision++
	changed := false
	for i, op := range ops {
		var err error
		switch {
		case op.Kind == catalog.OpPut:
			err = tx.put(&next, op, present[i])
		case op.Kind == catalog.OpDelete && present[i]:
			err = tx.remove(&next, op.Key)
		default:
			continue
		}
		if err != nil {
			return st, err
		}
		changed = true
	}
	if !changed {
		return st, nil
	}
	return next, nil
}

// find returns the revision of the record under key, 0 when there is none. It is
// where a long Apply notices that its caller has gone.
func (tx *transaction) find(key string) (catalog.Revision, error) {
	var rev catalog.Revision
	err := tx.one(tx.writer.d.sql.find, []any{[]byte(key)}, &rev)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return rev, errors.Join(err, tx.caller.Err())
}

func (tx *transaction) put(st *state, op catalog.Op, present bool) error {
	q := &tx.writer.d.sql
	value := op.Value
	if value == nil {
		value = []byte{} // nil would be NULL
	}
	if err := tx.exec(q.put, []byte(op.Key), st.revision, value); err != nil {
		return err
	}
	if present || st.deletions == 0 {
		return tx.caller.Err()
	}
	n, err := tx.affected(q.unbury, []byte(op.Key))
	st.deletions -= n
	return errors.Join(err, tx.caller.Err())
}

func (tx *transaction) remove(st *state, key string) error {
	q := &tx.writer.d.sql
	if err := tx.exec(q.remove, []byte(key)); err != nil {
		return err
	}
	st.deletions++
	return errors.Join(tx.exec(q.bury, []byte(key), st.revision), tx.caller.Err())
}

// forget drops the oldest deletions beyond the number that is remembered.
// Deletions of one revision go together: part of them helps nobody.
func (tx *transaction) forget(st state, remembered int) (state, error) {
	excess := st.deletions - remembered
	if excess <= 0 {
		return st, nil
	}
	q := &tx.writer.d.sql
	if err := tx.one(q.nthDeletion, []any{excess - 1}, &st.floor); err != nil {
		return st, err
	}
	n, err := tx.affected(q.forget, st.floor)
	st.deletions -= n
	return st, err
}
