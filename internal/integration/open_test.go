package integration_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

func TestOpen_RefusesADatabaseInMemory(t *testing.T) {
	t.Parallel()
	for _, name := range []string{":memory:", "", "file::memory:?cache=shared", "file:x?mode=memory"} {
		_, err := sqlstore.Open(t.Context(), openDB(t, name), sqlstore.SQLite, nil)
		if !errors.Is(err, sqlstore.ErrInMemory) || !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Open of %q: %v, want ErrInMemory", name, err)
		}
	}
}

func TestOpen_RefusesAPoolOfOne(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t))
	db.SetMaxOpenConns(1)
	if _, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil); !errors.Is(err, catalog.ErrInvalid) {
		t.Errorf("Open: %v, want ErrInvalid", err)
	}
	db.SetMaxOpenConns(2)
	s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), put("a")); err != nil {
		t.Error(err)
	}
	if _, _, err := s.Changes(t.Context(), 0, 1); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpen_PrefixesAreDifferentStores(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t))
	for i, prefix := range []string{"one_", "two_", strings.Repeat("p", 32)} {
		s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, &sqlstore.Options{Prefix: prefix})
		if err != nil {
			t.Fatal(err)
		}
		if rev, err := s.Apply(t.Context(), catalog.Put("a", []byte{byte(i)}, catalog.Absent())); err != nil || rev != 1 {
			t.Errorf("with prefix %q: revision %d, %v", prefix, rev, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	var others int
	err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_schema
		WHERE name NOT LIKE 'one!_%' ESCAPE '!' AND name NOT LIKE 'two!_%' ESCAPE '!' AND name NOT LIKE 'ppp%' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`).Scan(&others)
	if err != nil || others != 0 {
		t.Errorf("%d tables or indexes without a prefix, %v", others, err)
	}
}

func TestOpen_RefusesTablesOfAnotherProgram(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"newer":   `INSERT INTO patchbay_migrations VALUES (99, 'x', 'x')`,
		"gap":     `UPDATE patchbay_migrations SET version = 0`,
		"another": `UPDATE patchbay_migrations SET digest = 'x'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := newPath(t)
			if err := openStore(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			db := openDB(t, path)
			if _, err := db.ExecContext(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			_, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
			var schema *sqlstore.SchemaError
			if !errors.As(err, &schema) || !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("Open: %v, want a *SchemaError", err)
			}
			t.Log(err)
		})
	}
}

// Tables that stand in the way fail the migration as a whole.
func TestOpen_AFailedMigrationLeavesNothing(t *testing.T) {
	t.Parallel()
	db := openDB(t, newPath(t))
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE patchbay_state (x)`); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil); err == nil {
		t.Error("Open finds nothing wrong")
	}
	var n int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM sqlite_schema WHERE type = 'table'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d tables, %v; want the one that was there", n, err)
	}
	if n := db.Stats().InUse; n != 0 {
		t.Errorf("%d connections are still in use", n)
	}
}

func TestS2_AnOlderBackupIsNoticed(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openStore(t, path)
	if _, err := s.Apply(t.Context(), put("a")); err != nil {
		t.Fatal(err)
	}
	// What a follower at revision 1 finds when a backup of revision 0 takes its place.
	if _, err := openDB(t, path).ExecContext(t.Context(), `UPDATE patchbay_state SET revision = 0; DELETE FROM patchbay_records`); err != nil {
		t.Fatal(err)
	}
	_, next, err := s.Changes(t.Context(), 1, 1)
	if !errors.Is(err, catalog.ErrCompacted) || next != 0 {
		t.Errorf("Changes = %d, %v; want 0, ErrCompacted", next, err)
	}
}

func TestStore_TheDatabaseIsClosedFirst(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", newPath(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "a"); err == nil {
		t.Error("Get finds nothing wrong")
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}
