package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
)

// fake is a database that answers by the beginning of a statement. It knows no
// SQL: what the statements do is tested with a real one, in internal/integration;
// here are the faults that a real one does not have at will.
type fake struct {
	mu      sync.Mutex
	answers map[string]answer
	log     []string // the statements that were run, with the number of the connection
	args    []driver.Value
	refuse  string // INSERTs of this
	conns   int    // opened so far
	closed  int
}

// answer is what a statement returns: the n-th time, from 1, that it is run.
type answer func(n int) ([][]driver.Value, error)

func rows(rows ...[]driver.Value) answer {
	return func(int) ([][]driver.Value, error) { return rows, nil }
}

func fails(err error) answer {
	return func(int) ([][]driver.Value, error) { return nil, err }
}

// newFake returns a database that behaves, with an empty store in it.
func newFake() *fake {
	return &fake{answers: map[string]answer{
		"SELECT sqlite_version()":               rows([]driver.Value{"3.51.3"}),
		"SELECT file FROM pragma_database_list": rows([]driver.Value{"/catalog.db"}),
		"PRAGMA busy_timeout":                   rows([]driver.Value{int64(0)}),
		"PRAGMA journal_mode":                   rows([]driver.Value{"wal"}),
		"PRAGMA synchronous":                    rows([]driver.Value{int64(2)}),
		"PRAGMA fullfsync":                      rows([]driver.Value{int64(1)}),
		"PRAGMA temp_store":                     rows([]driver.Value{int64(2)}),
		"SELECT revision, floor":                rows([]driver.Value{int64(0), int64(0), int64(0)}),
	}}
}

func (f *fake) set(statement string, a answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	f.answers[statement] = func(int) ([][]driver.Value, error) { n++; return a(n) }
}

// ran returns how often a statement was run.
func (f *fake) ran(statement string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, s := range f.log {
		if strings.HasPrefix(s, statement) {
			n++
		}
	}
	return n
}

func (f *fake) run(query string, args []driver.Value) ([][]driver.Value, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	query = strings.Join(strings.Fields(query), " ")
	f.log, f.args = append(f.log, query), append(f.args, args...)
	if f.refuse != "" && strings.HasPrefix(query, "INSERT INTO") {
		for _, arg := range args {
			key, _ := arg.([]byte)
			text, _ := arg.(string)
			if string(key) == f.refuse || strings.Contains(text, hex.EncodeToString([]byte(f.refuse))) {
				return nil, errDisk
			}
		}
	}
	best := ""
	for statement := range f.answers {
		if strings.HasPrefix(query, statement) && len(statement) > len(best) {
			best = statement
		}
	}
	if best == "" {
		return nil, nil
	}
	return f.answers[best](0)
}

// db returns a pool on the database.
func (f *fake) db(t *testing.T) *sql.DB {
	t.Helper()
	db := sql.OpenDB(fakeConnector{f})
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

type fakeConnector struct{ *fake }

func (c fakeConnector) Driver() driver.Driver { return nil }
func (c fakeConnector) Connect(context.Context) (driver.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns++
	return &fakeConn{c.fake}, nil
}

type fakeConn struct{ *fake }

func (c *fakeConn) Begin() (driver.Tx, error) {
	return nil, errors.New("BEGIN is for the store to say")
}
func (c *fakeConn) Prepare(query string) (driver.Stmt, error) {
	return fakeStmt{c.fake, query}, nil
}

func (c *fakeConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
	return nil
}

type fakeStmt struct {
	*fake
	query string
}

func (s fakeStmt) Close() error  { return nil }
func (s fakeStmt) NumInput() int { return -1 }
func (s fakeStmt) Exec(args []driver.Value) (driver.Result, error) {
	_, err := s.run(s.query, args)
	return driver.RowsAffected(1), err
}

func (s fakeStmt) Query(args []driver.Value) (driver.Rows, error) {
	rows, err := s.run(s.query, args)
	return &fakeRows{rows: rows}, err
}

type fakeRows struct{ rows [][]driver.Value }

func (r *fakeRows) Columns() []string {
	const widest = 5
	columns := make([]string, widest)
	if len(r.rows) > 0 {
		columns = columns[:len(r.rows[0])]
	}
	return columns
}
func (r *fakeRows) Close() error { return nil }
func (r *fakeRows) Next(dest []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	for i, v := range row {
		if err, ok := v.(error); ok {
			return err
		}
		dest[i] = v
	}
	return nil
}

// coded is an error of a driver that has a method for the result code.
type coded int

func (coded) Error() string { return "the driver's own words" }
func (c coded) Code() int   { return int(c) }
