package integration_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
)

func TestPostgreSQL_ManyMakeTheTablesAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var wg sync.WaitGroup
	for range 8 {
		db := p.db(t, nil)
		wg.Go(func() {
			s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var steps int
	require.NoError(t, p.db(t, nil).QueryRowContext(t.Context(), `SELECT count(*) FROM patchbay_migrations`).Scan(&steps))
	require.Equal(t, 1, steps)
}

func TestPostgreSQL_RefusesTablesOfAnotherProgram(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"newer":   `INSERT INTO patchbay_migrations VALUES (99, 'x', now())`,
		"gap":     `UPDATE patchbay_migrations SET version = 0`,
		"another": `UPDATE patchbay_migrations SET digest = 'x'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.store(t, nil)
			db := p.db(t, nil)
			_, err := db.ExecContext(t.Context(), change)
			require.NoError(t, err)
			_, err = sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
			var schema *sqlstore.SchemaError
			require.ErrorAs(t, err, &schema)
			require.Zero(t, db.Stats().InUse)
		})
	}
}

func TestPostgreSQL_AFailedMigrationLeavesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	db := p.db(t, nil)
	_, err := db.ExecContext(t.Context(), `CREATE TABLE patchbay_state (x int)`)
	require.NoError(t, err)
	_, err = sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
	require.ErrorContains(t, err, "patchbay_state")
	var tables int
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname = $1`, p.Schema).Scan(&tables))
	require.Equal(t, 1, tables)
}

func TestPostgreSQL_NamesNoSchema(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	db := p.db(t, func(c *pgx.ConnConfig) { c.RuntimeParams["search_path"] = "there_is_none" })
	_, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
	require.ErrorContains(t, err, "search path")
}

// The schema is that of the moment of Open, whatever connections say later; prefixes are different
// stores in it.
func TestPostgreSQL_StoresDoNotMix(t *testing.T) {
	t.Parallel()
	p, q := newPlace(t), newPlace(t)
	db := p.db(t, nil)
	db.SetMaxOpenConns(2)
	for i, prefix := range []string{"one_", "two_", strings.Repeat("p", 32)} {
		s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, &sqlstore.Options{Prefix: prefix})
		require.NoError(t, err)
		rev, err := s.Apply(t.Context(), catalog.Put("a", []byte{byte(i)}, catalog.Absent()))
		require.NoError(t, err)
		require.Equal(t, catalog.Revision(1), rev)
		require.NoError(t, s.Close())
	}
	s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
	require.NoError(t, err)
	defer s.Close()
	q.store(t, nil)
	_, err = db.ExecContext(t.Context(), `SET search_path = `+pgx.Identifier{q.Schema}.Sanitize()) // the one connection that is left to readers
	require.NoError(t, err)
	_, err = s.Apply(t.Context(), put("a"))
	require.NoError(t, err)
	_, err = s.Get(t.Context(), "a")
	require.NoError(t, err)
}

// A program may run as a role that can use the tables and not make any.
func TestPostgreSQL_NeedsNoRightToMakeTables(t *testing.T) {
	t.Parallel()
	pgcluster.NeedOwn(t)
	p := newPlace(t)
	p.store(t, nil)
	admin := p.db(t, nil)
	role, schema := pgx.Identifier{p.Schema}.Sanitize(), pgx.Identifier{p.Schema}.Sanitize()
	for _, statement := range []string{
		`CREATE ROLE ` + role, `GRANT USAGE ON SCHEMA ` + schema + ` TO ` + role,
		`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ` + schema + ` TO ` + role,
	} {
		_, err := admin.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	s := p.store(t, func(c *pgx.ConnConfig) { c.RuntimeParams["role"] = p.Schema })
	_, err := s.Apply(t.Context(), put("a"))
	require.NoError(t, err)
}

// Leases are measured by the server's clock, whatever that of the machine is.
func TestS1_PostgreSQLHasTheServersTime(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, err := sqlstore.Open(t.Context(), p.db(t, nil), sqlstore.PostgreSQL, &sqlstore.Options{Now: func() time.Time { return time.Unix(0, 0) }})
	require.NoError(t, err)
	defer s.Close()
	var before, after time.Time
	db := p.db(t, nil)
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT clock_timestamp()`).Scan(&before))
	now, err := s.Now(t.Context())
	require.NoError(t, err)
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT clock_timestamp()`).Scan(&after))
	require.False(t, now.Before(before), now)
	require.False(t, now.After(after), now)
}

// Rows of stores that are long gone are swept out.
func TestPostgreSQL_ForgetsOldWriters(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.store(t, nil)
	_, err := s.Apply(t.Context(), put("a"))
	require.NoError(t, err)
	db := p.db(t, nil)
	_, err = db.ExecContext(t.Context(), `INSERT INTO patchbay_writers VALUES ('old', 1, now() - interval '2 days')`)
	require.NoError(t, err)
	p.store(t, nil)
	var writers int
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM patchbay_writers`).Scan(&writers))
	require.Equal(t, 1, writers)
}
