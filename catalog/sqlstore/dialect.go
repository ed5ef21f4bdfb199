package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Dialect is the kind of database that Open is given.
type Dialect uint8

// SQLite is SQLite 3.51.3 or later, in a file on a local disk.
const SQLite Dialect = 1

// String returns the name.
func (d Dialect) String() string {
	if d == SQLite {
		return "SQLite"
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

// dialect is all that differs from one kind of database to another.
type dialect struct {
	pool       func(db *sql.DB) error                          // may refuse the pool
	configure  func(ctx context.Context, conn *sql.Conn) error // checks and sets up the writer's connection
	begin      string                                          // begins a transaction that holds the write lock
	migrations string                                          // folder of the embedded files
	busy       func(err error) bool                            // somebody else holds a lock: try again
	full       func(err error) bool                            // no room
	sql        statements
}

// statements are the texts of all statements.
type statements struct {
	state, get, list, changes             string // of readers
	find, put, remove, bury, unbury, save string // of the writer
	nthDeletion, forget                   string
	ledger, applied, record               string
}

func (d Dialect) open(prefix string) (*dialect, error) {
	switch d {
	case SQLite:
		return sqlite(prefix), nil
	default:
		return nil, fmt.Errorf("%v: %w", d, errors.ErrUnsupported)
	}
}

// named puts the prefix into a statement.
func named(prefix, text string) string { return strings.ReplaceAll(text, "{prefix}", prefix) }
