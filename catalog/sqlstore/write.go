package sqlstore

import (
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/catalog"
)

// load finds out the revisions of the keys that ops name.
func (tx *transaction) load(p *pending, ops []catalog.Op) error {
	var rows [][]any
	for _, op := range ops {
		if p.keys[op.Key] == nil {
			p.keys[op.Key] = &pendingKey{}
			rows = append(rows, []any{[]byte(op.Key)})
		}
	}
	return tx.each(tx.writer.d.sql.find, rows, func(scan func(...any) error) error {
		var key []byte
		var rev catalog.Revision
		if err := scan(&rev, &key); err != nil {
			return err
		}
		k := p.keys[string(key)]
		k.stored, k.current = true, rev
		return nil
	})
}

// read finds out the records under keys.
func (tx *transaction) read(p *pending, keys []string) error {
	for _, key := range keys {
		if p.keys[key] != nil {
			continue // nothing is loaded yet but by this
		}
		k := &pendingKey{}
		err := tx.one(tx.writer.d.sql.get, []any{[]byte(key)}, &k.current, &k.value)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		k.stored = err == nil
		p.keys[key] = k
	}
	return nil
}

// write does what is pending, and forgets the deletions beyond the number that is remembered.
func (tx *transaction) write(p *pending, remembered int) error {
	var removed, unburied, put, buried [][]any
	for _, key := range slices.Sorted(maps.Keys(p.keys)) {
		name, k := []byte(key), p.keys[key]
		switch {
		case k.changed == 0:
			continue
		case k.current != 0:
			put = append(put, []any{name, k.current, k.value})
		default:
			buried = append(buried, []any{name, k.changed})
			if k.stored {
				removed = append(removed, []any{name})
			}
		}
		if !k.stored && p.st.deletions > 0 {
			unburied = append(unburied, []any{name})
		}
	}
	q, st := &tx.writer.d.sql, p.st
	if _, err := tx.many(q.remove, removed); err != nil {
		return err
	}
	n, err := tx.many(q.unbury, unburied)
	if err != nil {
		return err
	}
	if err := tx.put(put); err != nil {
		return err
	}
	if _, err := tx.many(q.bury, buried); err != nil {
		return err
	}
	st.deletions += len(buried) - n
	if st, err = tx.forget(st, remembered); err != nil {
		return err
	}
	return tx.save(st)
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

func (tx *transaction) save(st state) error {
	tx.saved = st.revision
	args := []any{st.revision, st.floor, st.deletions}
	if tx.writer.d.server {
		args = append(args, tx.writer.id)
	}
	return tx.exec(tx.writer.d.sql.save, args...)
}
