package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// Dialect is the kind of database that Open is given.
type Dialect uint8

const (
	// SQLite is SQLite 3.51.3 or later, in a file on a local disk.
	SQLite Dialect = iota + 1
	// PostgreSQL is PostgreSQL 14 or later.
	PostgreSQL
)

// String returns the name.
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "SQLite"
	case PostgreSQL:
		return "PostgreSQL"
	default:
		return fmt.Sprintf("Dialect(%d)", uint8(d))
	}
}

// dialect is all that differs from one kind of database to another.
type dialect struct {
	configure  func(ctx context.Context, conn *sql.Conn) error // checks and sets up the writer's connection
	begin      string                                          // begins a transaction
	names      *strings.Replacer                               // of the store, for texts of statements
	migrations string                                          // folder of the embedded files
	busy       func(err error) bool                            // others are in the way: try again
	lost       func(err error) bool                            // the connection is gone, perhaps the server: try again with another one
	full       func(err error) bool                            // no room
	server     bool                                            // behind a connection that can break: statements take arrays, waiting is done by statements
	sql        statements
}

// statements are the texts of all statements; those that a dialect does not need
// are empty.
type statements struct {
	state, get, list, changes, now  string // of readers
	lock                            string // of the writer: reads the state, and waits for the write lock unless begin did
	find, put, remove, bury, unbury string // one row each, or any number of them, by arrays
	putOne                          string // where put takes arrays
	save, nthDeletion, forget       string
	committed, prune                string // of what each writer committed last
	lockSchema, hasLedger           string
	ledger, applied, record         string
}

func (d Dialect) open(ctx context.Context, db *sql.DB, prefix string) (*dialect, error) {
	var open func(ctx context.Context, db *sql.DB, prefix string) (*dialect, error)
	switch d {
	case SQLite:
		open = sqlite
	case PostgreSQL:
		open = postgres
	default:
		return nil, fmt.Errorf("%v: %w", d, errors.ErrUnsupported)
	}
	if db.Stats().MaxOpenConnections == 1 {
		return nil, fmt.Errorf("the pool allows one connection, and two are needed, of which the writer keeps one: %w", catalog.ErrInvalid)
	}
	return open(ctx, db, prefix)
}

// names puts names into the texts of statements. schema is quoted and ends with a
// dot, or is empty.
func names(schema, prefix string) *strings.Replacer {
	return strings.NewReplacer("{schema}", schema, "{prefix}", prefix)
}

// broken reports whether err is database/sql's word for a connection that is gone.
func broken(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone)
}
