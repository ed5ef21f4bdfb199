package integration_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

const deletions = 30

// fileStore is a store that knows its file.
type fileStore struct {
	*sqlstore.Store
	path string
}

func openDB(tb testing.TB, path string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close the database: %v", err)
		}
	})
	return db
}

func openStore(tb testing.TB, path string) fileStore {
	tb.Helper()
	s, err := sqlstore.Open(context.Background(), openDB(tb, path), sqlstore.SQLite, &sqlstore.Options{
		Deletions:    deletions,
		PollInterval: 10 * time.Millisecond,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close the store: %v", err)
		}
	})
	return fileStore{s, path}
}

func newPath(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "catalog.db")
}

func TestS2_SQLitePassesTheKit(t *testing.T) {
	t.Parallel()
	again := func(t *testing.T, s catalog.Store) catalog.Store {
		t.Helper()
		return openStore(t, s.(fileStore).path)
	}
	catalogtest.TestStore(t, func(t *testing.T) catalog.Store {
		t.Helper()
		return openStore(t, newPath(t))
	}, &catalogtest.StoreOptions{Reopen: again, Second: again, Deletions: deletions})
}
