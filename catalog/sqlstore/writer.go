package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// writer makes all changes, one transaction after another, on a connection of its
// own. This is the one place that commits.
type writer struct {
	db        *sql.DB
	d         *dialect
	waiter    *waiter
	id        string                 // in the table of writers
	deletions int                    // remembered
	committed func(catalog.Revision) // called after commits

	queue queue
	turn  chan struct{} // holds a value while somebody is at work with what follows
	conn  *sql.Conn     // nil when there is none yet, or the last one broke
	stmts map[string]*sql.Stmt
	texts map[rowsOf]string
}

func newWriter(db *sql.DB, d *dialect, w *waiter, deletions int, committed func(catalog.Revision)) *writer {
	return &writer{
		db: db, d: d, waiter: w, id: rand.Text(), deletions: deletions, committed: committed,
		queue: queue{room: make(chan struct{}, maxWaiting)},
		turn:  make(chan struct{}, 1),
		texts: map[rowsOf]string{},
	}
}

// transact runs work in a transaction that lock, at its beginning, makes the only one, and commits
// it if work says that it changed something. When the connection is lost, all is done
// again on another one. When it fails with anything but a *commitError, nothing has changed. The caller has the
// turn, and has waited since then.
func (w *writer) transact(ctx context.Context, since time.Time, lock func(tx *transaction) error, work func(tx *transaction) (changed bool, err error)) error {
	var doubt *commitError
	var doubted catalog.Revision
	done := false
	err := w.waiter.retrySince(ctx, since, func() error {
		return w.attempt(ctx, since, lock, func(tx *transaction) (bool, error) {
			if doubt != nil && doubted != 0 { // else doing it again does no harm
				var last catalog.Revision
				if err := tx.one(w.d.sql.committed, []any{w.id}, &last); err != nil {
					return false, err
				}
				if done = last == doubted; done {
					return false, nil
				}
				doubt = nil // nothing has changed, and nothing will: who had the lock has ended
			}
			changed, err := work(tx)
			doubted = tx.saved
			return changed, err
		}, &doubt)
	})
	switch {
	case done:
		return nil
	case err != nil && doubt != nil:
		return doubt
	}
	return err
}

// attempt is one transaction. It puts the failure of COMMIT that left it open what has become of it
// into doubt.
func (w *writer) attempt(ctx context.Context, since time.Time, lock func(*transaction) error, work func(*transaction) (bool, error), doubt **commitError) error {
	tx, err := w.begin(ctx, since, lock)
	if tx != nil {
		defer tx.end()
	}
	if err != nil {
		return err
	}
	changed, err := work(tx)
	if err == nil {
		err = tx.caller.Err()
	}
	if err != nil || !changed {
		w.rollback(tx)
		return err
	}
	err = w.commit(tx)
	if unknown, ok := errors.AsType[*commitError](err); ok {
		*doubt = unknown
	}
	return err
}

// begin begins a transaction and waits for the lock. If it returns one, that must be ended, also after an
// error.
func (w *writer) begin(ctx context.Context, since time.Time, lock func(*transaction) error) (*transaction, error) {
	waiting := context.WithoutCancel(ctx)
	if w.d.server {
		var done func()
		waiting, done = w.waiter.bound(ctx, since)
		defer done()
		if context.Cause(waiting) != nil { // a connection would be broken for nothing
			return nil, context.Cause(waiting)
		}
	}
	if err := w.connect(ctx); err != nil {
		return nil, err
	}
	tx := newTransaction(ctx, w)
	tx.waiting = waiting
	if err := tx.exec(w.d.begin); err != nil {
		if w.d.lost(err) || tx.ctx.Err() != nil {
			w.discard()
		}
		return tx, err
	}
	if err := lock(tx); err != nil {
		if ended := context.Cause(tx.waiting); ended != nil { //nolint:contextcheck // derived from ctx where it can end
			err = ended
		}
		w.rollback(tx)
		return tx, err
	}
	return tx, nil
}

// commit commits. Its error is a *commitError unless nothing has changed.
func (w *writer) commit(tx *transaction) error {
	do := func() error { return tx.exec("COMMIT") }
	var err error
	if w.d.server {
		err = do()
	} else {
		err = w.waiter.retry(tx.ctx, do) // readers may be in the way
	}
	if err == nil {
		return nil
	}
	w.rollback(tx)
	if w.d.server && sqlState(err) != "" && !w.d.lost(err) {
		return err // the server says that it has not
	}
	return &commitError{err}
}

// connect makes sure that there is a connection and that it is set up.
func (w *writer) connect(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	w.conn, w.stmts = conn, map[string]*sql.Stmt{}
	if err := w.d.configure(ctx, conn); err != nil {
		w.discard()
		return err
	}
	return nil
}

// rollback ends a transaction that was not committed. A connection that cannot
// even do that is replaced.
func (w *writer) rollback(tx *transaction) {
	if err := tx.exec("ROLLBACK"); err != nil {
		w.discard()
	}
}

// discard closes the connection instead of giving it back to the pool: its settings
// are the writer's, and a transaction may still be open.
func (w *writer) discard() {
	for _, stmt := range w.stmts {
		_ = stmt.Close() // so is its connection, next
	}
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn }) // fails with that very error
	w.conn, w.stmts = nil, nil
}

// close waits for the transaction at work and gives up the connection.
func (w *writer) close() {
	w.turn <- struct{}{} // kept: nobody else shall have a turn
	if w.conn != nil {
		w.discard()
	}
}
