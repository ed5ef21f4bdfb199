package integration_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// lock holds the write lock, as a store on another machine would.
func (p place) lock(t *testing.T) (release func()) {
	t.Helper()
	tx, err := p.db(t, nil).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), `SELECT FROM patchbay_state FOR UPDATE`)
	require.NoError(t, err)
	return func() { require.NoError(t, tx.Rollback()) }
}

func TestS2_PostgreSQLLocks(t *testing.T) {
	t.Parallel()
	const busy = 100 * time.Millisecond
	p := newPlace(t)
	s, err := sqlstore.Open(t.Context(), p.db(t, nil), sqlstore.PostgreSQL, &sqlstore.Options{BusyTimeout: busy})
	require.NoError(t, err)
	release := p.lock(t)
	_, err = s.Apply(t.Context(), put("a"))
	require.ErrorIs(t, err, sqlstore.ErrBusy, "without a deadline")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = s.Apply(ctx, put("a"))
	require.ErrorIs(t, err, context.DeadlineExceeded, "with a deadline")
	require.NotErrorIs(t, err, sqlstore.ErrBusy)

	start, many := time.Now(), make(chan error, 20)
	for range cap(many) {
		go func() {
			_, err := s.Apply(t.Context(), put("a"))
			many <- err
		}()
	}
	for range cap(many) {
		require.ErrorIs(t, <-many, sqlstore.ErrBusy)
	}
	require.Less(t, time.Since(start), 20*busy, "they wait together, not one after another")

	ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	waiting := make(chan error, 1)
	go func() {
		_, err := s.Apply(ctx, put("a"))
		waiting <- err
	}()
	for range 20 { // reads do not wait
		_, err = s.Get(t.Context(), "a")
		require.ErrorIs(t, err, catalog.ErrNotFound)
		_, err = s.List(t.Context(), "", "", 1)
		require.NoError(t, err)
		_, _, err = s.Changes(t.Context(), 0, 1)
		require.NoError(t, err)
	}
	require.Empty(t, waiting)
	release()
	require.NoError(t, <-waiting)
	rev, err := s.Apply(t.Context())
	require.NoError(t, err)
	require.Equal(t, catalog.Revision(1), rev, "those that failed have changed nothing")

	defer p.lock(t)()
	go func() {
		_, err := s.Apply(ctx, put("b"))
		waiting <- err
	}()
	p.waitForLockers(t, 1)
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-waiting, catalog.ErrClosed)
}

// waitForLockers waits until n connections wait for a lock.
func (p place) waitForLockers(t *testing.T, n int) {
	t.Helper()
	db := p.db(t, nil)
	require.Eventually(t, func() bool {
		var got int
		err := db.QueryRowContext(t.Context(),
			`SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`, p.Schema).Scan(&got)
		require.NoError(t, err)
		return got >= n
	}, time.Minute, time.Millisecond)
}

// What the data source name says does not weaken the writer, nor cut it short.
func TestS2_TheSettingsOfTheSessionAreNotTrusted(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.store(t, nil)
	admin := p.db(t, nil)
	for _, statement := range []string{
		`CREATE TABLE settings (name text, value text)`,
		`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO settings SELECT name, current_setting(name) FROM unnest(ARRAY['synchronous_commit', 'statement_timeout',
				'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_isolation', 'transaction_read_only']) AS name;
			RETURN NULL; END $$`,
		`CREATE TRIGGER note AFTER UPDATE ON patchbay_state FOR EACH STATEMENT EXECUTE FUNCTION note()`,
	} {
		_, err := admin.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	db := p.db(t, func(c *pgx.ConnConfig) {
		maps.Copy(c.RuntimeParams, map[string]string{
			"synchronous_commit": "off", "statement_timeout": "50", "lock_timeout": "50", "idle_in_transaction_session_timeout": "50",
			"default_transaction_isolation": "serializable", "default_transaction_read_only": "on",
		})
	})
	s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
	require.NoError(t, err)
	release := p.lock(t)
	time.AfterFunc(200*time.Millisecond, release)
	_, err = s.Apply(t.Context(), put("a"))
	require.NoError(t, err)
	rows, err := admin.QueryContext(t.Context(), `SELECT name, value FROM settings`)
	require.NoError(t, err)
	defer rows.Close()
	got := map[string]string{}
	for rows.Next() {
		var name, value string
		require.NoError(t, rows.Scan(&name, &value))
		got[name] = value
	}
	require.NoError(t, rows.Err())
	require.Equal(t, map[string]string{
		"synchronous_commit": "on", "statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "10s",
		"transaction_isolation": "read committed", "transaction_read_only": "off",
	}, got)
	require.NoError(t, s.Close())

	// The program's own connections are as it wants them.
	var synchronous string
	require.NoError(t, db.QueryRowContext(t.Context(), `SHOW synchronous_commit`).Scan(&synchronous))
	require.Equal(t, "off", synchronous)
	require.Zero(t, db.Stats().InUse)
}

// A stronger promise than ours is kept.
func TestS2_RemoteApplyStays(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s := p.store(t, func(c *pgx.ConnConfig) { c.RuntimeParams["synchronous_commit"] = "remote_apply" })
	_, err := s.Apply(t.Context(), put("a"))
	require.NoError(t, err)
}
