package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// transaction is one transaction of the writer.
type transaction struct {
	ctx     context.Context //nolint:containedctx // of one transaction
	caller  context.Context //nolint:containedctx // asked between statements
	waiting context.Context //nolint:containedctx // of the statement that waits for the lock
	conn    *sql.Conn
	writer  *writer
	end     context.CancelFunc
	st      state            // at the beginning
	saved   catalog.Revision // the newest that is to be committed
}

// newTransaction returns what is to become a transaction on the writer's connection. No statement of it is
// interrupted when ctx ends: each is short, and an interrupted COMMIT would leave open what has become of
// it. But nobody waits much longer for a server that has fallen silent.
func newTransaction(ctx context.Context, w *writer) *transaction {
	lasting := context.WithoutCancel(ctx)
	tx := &transaction{ctx: lasting, caller: ctx, waiting: lasting, conn: w.conn, writer: w, end: func() {}}
	if w.d.server {
		tx.ctx, tx.end = context.WithCancel(lasting)
		tx.hurryFor(ctx)
	}
	return tx
}

// hurryFor interrupts the transaction some time after ctx has ended.
func (tx *transaction) hurryFor(ctx context.Context) {
	const patience = 3 * time.Second
	if !tx.writer.d.server {
		return
	}
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-timer.C:
			tx.end()
		case <-tx.ctx.Done():
		}
	})
	context.AfterFunc(tx.ctx, func() { stop() }) //nolint:contextcheck // its own
}

// lock takes the write lock, where begin did not, and reads the state.
func (tx *transaction) lock() error {
	stmt, err := tx.prepare(tx.writer.d.sql.lock) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(tx.waiting).Scan(&tx.st.revision, &tx.st.floor, &tx.st.deletions)
}

// lockSchema takes the lock of those who look after the tables.
func (tx *transaction) lockSchema() error {
	if tx.writer.d.sql.lockSchema == "" {
		return nil
	}
	_, err := tx.conn.ExecContext(tx.waiting, tx.writer.d.sql.lockSchema)
	return err
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

// query calls row for every row that query has.
func (tx *transaction) query(query string, args []any, row func(scan func(...any) error) error) error {
	stmt, err := tx.prepare(query)
	if err != nil {
		return err
	}
	return eachRow(tx.ctx, stmt, args, row)
}
