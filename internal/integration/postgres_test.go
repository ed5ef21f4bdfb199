package integration_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// place is where a PostgreSQL store lies.
type place struct{ dsn, schema string }

// newPlace returns an empty schema, on the server of the environment or on one of our own.
func newPlace(tb testing.TB) place {
	tb.Helper()
	p := place{dsn: os.Getenv(dsnEnv), schema: "Test " + strings.ToLower(rand.Text())} // a name that must be quoted
	if p.dsn == "" {
		p.dsn = needCluster(tb).dsn()
	}
	db := p.db(tb, nil)
	_, err := db.ExecContext(tb.Context(), `CREATE SCHEMA `+pgx.Identifier{p.schema}.Sanitize())
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), `DROP SCHEMA `+pgx.Identifier{p.schema}.Sanitize()+` CASCADE`)
		require.NoError(tb, err)
	})
	return p
}

// db opens a pool. change may be nil.
func (p place) db(tb testing.TB, change func(*pgx.ConnConfig)) *sql.DB {
	tb.Helper()
	db, err := p.open(change)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

func (p place) open(change func(*pgx.ConnConfig)) (*sql.DB, error) {
	c, err := pgx.ParseConfig(p.dsn)
	if err != nil {
		return nil, err
	}
	c.RuntimeParams["application_name"] = p.schema
	c.RuntimeParams["search_path"] = pgx.Identifier{p.schema}.Sanitize()
	if change != nil {
		change(c)
	}
	return stdlib.OpenDB(*c), nil
}

// placeStore is a store that knows its place.
type placeStore struct {
	*sqlstore.Store
	place place
}

func (p place) store(tb testing.TB, change func(*pgx.ConnConfig)) placeStore {
	tb.Helper()
	s, err := sqlstore.Open(context.Background(), p.db(tb, change), sqlstore.PostgreSQL, &sqlstore.Options{
		Deletions:    deletions,
		PollInterval: 10 * time.Millisecond,
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return placeStore{s, p}
}

func TestS2_PostgreSQLPassesTheKit(t *testing.T) {
	t.Parallel()
	again := func(t *testing.T, s catalog.Store) catalog.Store {
		t.Helper()
		return s.(placeStore).place.store(t, nil)
	}
	catalogtest.TestStore(t, func(t *testing.T) catalog.Store {
		t.Helper()
		return newPlace(t).store(t, nil)
	}, &catalogtest.StoreOptions{Reopen: again, Second: again, Deletions: deletions})
}
