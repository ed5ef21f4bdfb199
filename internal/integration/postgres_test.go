package integration_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
)

// place is where a PostgreSQL store lies.
type place struct{ pgcluster.Place }

// newPlace returns an empty schema, on the server of the environment or on one of our own.
func newPlace(tb testing.TB) place {
	tb.Helper()
	return place{pgcluster.New(tb)}
}

// db opens a pool. change may be nil.
func (p place) db(tb testing.TB, change func(*pgx.ConnConfig)) *sql.DB {
	tb.Helper()
	db, err := p.Open(change)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
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
