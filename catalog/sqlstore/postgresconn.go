package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// postgresConfigure checks what durability rests on, and sets what no data source
// name can be trusted with. Waiting is bounded by contexts alone. A machine that dies in the middle of a
// transaction would keep the lock until TCP gives up, which takes hours; so the server ends a
// transaction in which nothing has happened for a while.
func postgresConfigure(ctx context.Context, conn *sql.Conn) error {
	var number int
	var version, fsync string
	err := conn.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('fsync')`).
		Scan(&number, &version, &fsync)
	switch {
	case err != nil:
		return err
	case number < minPostgres:
		return &VersionError{Software: "PostgreSQL", Version: version, Need: fmt.Sprint(minPostgres / 10000)}
	case fsync != "on":
		return fmt.Errorf("the server's setting fsync is %q, with which it forgets what it has acknowledged: %w", fsync, errors.ErrUnsupported)
	}
	return postgresSettings(ctx, conn)
}

// postgresSettings sets all at once. Some versions do not know all of them.
func postgresSettings(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, `
		SELECT name, set_config(name, CASE
			WHEN name = 'synchronous_commit' AND setting = 'remote_apply' THEN setting
			WHEN name = 'synchronous_commit' THEN 'on'
			WHEN name = 'idle_in_transaction_session_timeout' THEN '10s'
			ELSE '0' END, false)
		FROM pg_settings WHERE name IN
			('synchronous_commit', 'idle_in_transaction_session_timeout', 'statement_timeout', 'lock_timeout', 'transaction_timeout')`)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	durable := false
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		durable = durable || name == "synchronous_commit" && (value == "on" || value == "remote_apply")
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if !durable {
		return fmt.Errorf("the setting synchronous_commit cannot be turned on: %w", errors.ErrUnsupported)
	}
	return nil
}

// sqlState returns the code of an error that the server answered with (PostgreSQL, appendix
// A), or "".
func sqlState(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

func postgresBusy(err error) bool {
	switch sqlState(err) {
	case "40001", "40P01", "55P03": // serialization failure, deadlock, lock not available: somebody else's transaction
		return true
	case "53300", "57P03": // too many connections, cannot connect now
		return true
	default:
		return false
	}
}

func postgresLost(err error) bool {
	switch state := sqlState(err); {
	case state != "":
		// The server ended the connection: it is stopped or crashes, or nothing was heard for too long.
		return strings.HasPrefix(state, "08") || state == "57P01" || state == "57P02" || state == "57P05" || state == "25P03" || state == "25P04"
	case broken(err), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return true
	default:
		var network *net.OpError // not net.Error, which every deadline is
		return errors.As(err, &network)
	}
}

func postgresFull(err error) bool { return sqlState(err) == "53100" } // disk full
