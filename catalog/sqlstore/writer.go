package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/patchbay/patchbay/catalog"
)

// writer makes all changes, one transaction after another, on a connection of its
// own. This is the one place that commits.
type writer struct {
	db     *sql.DB
	d      *dialect
	waiter *waiter

	turn  chan struct{} // holds a value while somebody is at work with what follows
	conn  *sql.Conn     // nil when there is none yet, or the last one broke
	stmts map[string]*sql.Stmt
}

func newWriter(db *sql.DB, d *dialect, w *waiter) *writer {
	return &writer{db: db, d: d, waiter: w, turn: make(chan struct{}, 1)}
}

// transact runs work in a transaction that holds the database's write lock from
// its beginning, and commits it if work says that it changed something. When it fails with
// anything but a *commitError, nothing has changed.
func (w *writer) transact(ctx context.Context, work func(tx *transaction) (changed bool, err error)) error {
	select {
	case w.turn <- struct{}{}:
		defer func() { <-w.turn }()
	case <-w.waiter.closing:
		return catalog.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	// From here on no statement is interrupted: each is short, and an interrupted
	// COMMIT would leave open what has become of it.
	tx := &transaction{ctx: context.WithoutCancel(ctx), caller: ctx, conn: w.conn, writer: w}
	err := w.waiter.retry(ctx, func() error { return tx.exec(w.d.begin) })
	if err != nil {
		w.checkConn(err)
		return err
	}
	changed, err := work(tx)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil || !changed {
		w.rollback(tx)
		return err
	}
	err = w.waiter.retry(tx.ctx, func() error { return tx.exec("COMMIT") }) //nolint:contextcheck // not to be interrupted
	if err != nil {
		w.rollback(tx)
		return &commitError{err}
	}
	return nil
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
	if err := w.waiter.retry(ctx, func() error { return w.d.configure(ctx, conn) }); err != nil {
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

// checkConn gives up a connection that database/sql says is gone.
func (w *writer) checkConn(err error) {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
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

// transaction is one transaction of the writer.
type transaction struct {
	ctx    context.Context //nolint:containedctx // of one transaction, never ends
	caller context.Context //nolint:containedctx // asked between statements
	conn   *sql.Conn
	writer *writer
}

// prepare returns the statement, prepared once in the life of the connection.
func (tx *transaction) prepare(query string) (*sql.Stmt, error) {
	if stmt := tx.writer.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := tx.conn.PrepareContext(tx.ctx, query)
	if err != nil {
		return nil, err
	}
	tx.writer.stmts[query] = stmt
	return stmt, nil
}

func (tx *transaction) exec(query string, args ...any) error {
	_, err := tx.affected(query, args...)
	return err
}

// affected is exec and returns the number of rows that were changed.
func (tx *transaction) affected(query string, args ...any) (int, error) {
	stmt, err := tx.prepare(query) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(tx.ctx, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// one reads the only row that query has.
func (tx *transaction) one(query string, args []any, into ...any) error {
	stmt, err := tx.prepare(query) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(tx.ctx, args...).Scan(into...)
}
