package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// readers are the statements that read. Each is a snapshot by itself, on whatever
// connection of the pool is free.
type readers struct {
	waiter                         *waiter
	state, get, list, changes, now *sql.Stmt
}

func prepareReaders(ctx context.Context, db *sql.DB, d *dialect, w *waiter) (*readers, error) {
	r := &readers{waiter: w}
	for _, s := range []struct {
		stmt **sql.Stmt
		text string
	}{{&r.state, d.sql.state}, {&r.get, d.sql.get}, {&r.list, d.sql.list}, {&r.changes, d.sql.changes}, {&r.now, d.sql.now}} {
		if s.text == "" {
			continue
		}
		err := w.retry(ctx, func() (err error) {
			*s.stmt, err = db.PrepareContext(ctx, s.text) //nolint:sqlclosecheck // close closes it
			return err
		})
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	return r, nil
}

func (r *readers) close() error {
	var errs []error
	for _, stmt := range []*sql.Stmt{r.state, r.get, r.list, r.changes, r.now} {
		if stmt != nil {
			errs = append(errs, stmt.Close())
		}
	}
	return errors.Join(errs...)
}

// one reads the only row that stmt has.
func (r *readers) one(ctx context.Context, stmt *sql.Stmt, args []any, into ...any) error {
	return r.waiter.retry(ctx, func() error { return stmt.QueryRowContext(ctx, args...).Scan(into...) })
}

// each calls row for every row that stmt has. When the database turns out to be locked, it
// begins anew, which restart makes known.
func (r *readers) each(ctx context.Context, stmt *sql.Stmt, args []any, restart func(), row func(scan func(...any) error) error) error {
	return r.waiter.retry(ctx, func() error {
		restart()
		return eachRow(ctx, stmt, args, row)
	})
}

// eachRow calls row for every row that stmt has.
func eachRow(ctx context.Context, stmt *sql.Stmt, args []any, row func(scan func(...any) error) error) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Get implements catalog.Store.
func (s *Store) Get(ctx context.Context, key string) (catalog.Record, error) {
	if err := s.usable(ctx, catalog.ValidateGet(key)); err != nil {
		return catalog.Record{}, s.failure(ctx, "get", err)
	}
	rec := catalog.Record{Key: key}
	err := s.readers.one(ctx, s.readers.get, []any{[]byte(key)}, &rec.Revision, &rec.Value)
	if errors.Is(err, sql.ErrNoRows) {
		return catalog.Record{}, fmt.Errorf("store: get %q: %w", key, catalog.ErrNotFound)
	}
	if err != nil {
		return catalog.Record{}, s.failure(ctx, "get", err)
	}
	rec.Value = present(rec.Value)
	return rec, nil
}

// List implements catalog.Store.
func (s *Store) List(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error) {
	if err := s.usable(ctx, catalog.ValidateList(prefix, after, limit)); err != nil {
		return nil, s.failure(ctx, "list", err)
	}
	var list []catalog.Record
	from := prefix
	if after >= prefix {
		from = after + "\x00" // the next key there can be
	}
	err := s.readers.each(ctx, s.readers.list, []any{[]byte(from), beyond(prefix), limit},
		func() { list = nil },
		func(scan func(...any) error) error {
			var key []byte
			var rec catalog.Record
			if err := scan(&key, &rec.Revision, &rec.Value); err != nil {
				return err
			}
			rec.Key, rec.Value = string(key), present(rec.Value)
			list = append(list, rec)
			return nil
		})
	if err != nil {
		return nil, s.failure(ctx, "list", err)
	}
	return list, nil
}

// beyond returns what is greater than every key with the prefix, and not greater than any
// other key that is greater than those.
func beyond(prefix string) []byte {
	return []byte(prefix + strings.Repeat("\xff", catalog.MaxStoreKey+1-len(prefix)))
}

// present returns a value that exists: drivers return nil for an empty one.
func present(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
