package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib" // the databases are the program's choice, not the library's
	_ "modernc.org/sqlite"

	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/internal/integration/pgserver"
)

// database sees to it that there is a database. The function it returns takes away
// what was made for this run only.
func (cfg *config) database(ctx context.Context) (closes func() error, err error) {
	if err := os.MkdirAll(cfg.dir, 0o700); err != nil { //nolint:gosec // the folder is the user's choice
		return nil, err
	}
	if cfg.sqlite {
		return func() error { return nil }, nil
	}
	stop := func() error { return nil }
	if cfg.dsn == "" {
		c, err := pgserver.Start(ctx)
		if err != nil {
			return nil, &usageError{fmt.Errorf("no PostgreSQL (%w): state -dsn, or use -sqlite", err)}
		}
		cfg.dsn, stop = c.DSN(), c.Stop
	}
	drop, err := cfg.makeSchema(ctx)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	return func() error { return errors.Join(drop(), stop()) }, nil
}

// makeSchema makes a schema of this run's own, so that nobody else's tables are touched.
func (cfg *config) makeSchema(ctx context.Context) (drop func() error, err error) {
	db, _, err := cfg.openDatabase()
	if err != nil {
		return nil, err
	}
	cfg.schema = "fleet_" + strings.ToLower(rand.Text())
	name := pgx.Identifier{cfg.schema}.Sanitize()
	if _, err := db.ExecContext(ctx, `CREATE SCHEMA `+name); err != nil { //nolint:gosec // quoted above
		return nil, errors.Join(err, db.Close())
	}
	return func() error {
		_, err := db.ExecContext(context.WithoutCancel(ctx), `DROP SCHEMA `+name+` CASCADE`) //nolint:gosec // quoted above
		return errors.Join(err, db.Close())
	}, nil
}

func (cfg *config) sqliteFile() string { return filepath.Join(cfg.dir, "catalog.db") }

// openDatabase opens the database that all processes share.
func (cfg *config) openDatabase() (*sql.DB, sqlstore.Dialect, error) {
	if cfg.sqlite {
		db, err := sql.Open("sqlite", cfg.sqliteFile())
		return db, sqlstore.SQLite, err
	}
	c, err := pgx.ParseConfig(cfg.dsn)
	if err != nil {
		return nil, 0, &usageError{err}
	}
	if cfg.schema != "" {
		c.RuntimeParams["search_path"] = pgx.Identifier{cfg.schema}.Sanitize()
	}
	return stdlib.OpenDB(*c), sqlstore.PostgreSQL, nil
}
