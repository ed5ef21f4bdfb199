package pgcluster

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Place is a schema of a server.
type Place struct{ DSN, Schema string }

// New makes an empty schema, on the server of the environment or on the program's own, and drops it at the end of
// the test. Without a server it does what Need does.
func New(tb testing.TB) Place {
	tb.Helper()
	p := Place{DSN: os.Getenv(DSNEnv), Schema: "Test " + strings.ToLower(rand.Text())} // a name that must be quoted
	if p.DSN == "" {
		p.DSN = Need(tb).DSN()
	}
	db, err := p.Open(nil)
	if err == nil {
		_, err = db.ExecContext(tb.Context(), `CREATE SCHEMA `+pgx.Identifier{p.Schema}.Sanitize())
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), `DROP SCHEMA `+pgx.Identifier{p.Schema}.Sanitize()+` CASCADE`); err != nil {
			tb.Error(err)
		}
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return p
}

// Open opens a pool whose connections have the schema as their search path and its name as that of their application.
// change may be nil.
func (p Place) Open(change func(*pgx.ConnConfig)) (*sql.DB, error) {
	c, err := pgx.ParseConfig(p.DSN)
	if err != nil {
		return nil, err
	}
	c.RuntimeParams["application_name"] = p.Schema
	c.RuntimeParams["search_path"] = pgx.Identifier{p.Schema}.Sanitize()
	if change != nil {
		change(c)
	}
	return stdlib.OpenDB(*c), nil
}
