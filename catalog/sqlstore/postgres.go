package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
)

// minPostgres is the oldest version that is not refused, as the server counts them.
const minPostgres = 140000

func postgres(ctx context.Context, db *sql.DB, prefix string) (*dialect, error) {
	// What the search path says is asked once: a pool whose connections say different
	// things must not be several stores.
	var schema sql.NullString
	if err := db.QueryRowContext(ctx, `SELECT quote_ident(current_schema())`).Scan(&schema); err != nil {
		return nil, err
	}
	if !schema.Valid {
		return nil, fmt.Errorf("the search path names no schema that is there: %w", errors.ErrUnsupported)
	}
	n := names(schema.String+".", prefix)
	text := n.Replace
	key := fnv.New64a()
	_, _ = key.Write([]byte("patchbay " + schema.String + "." + prefix)) // cannot fail
	return &dialect{
		configure:  postgresConfigure,
		begin:      "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", // the lock must show what the one before committed
		names:      n,
		migrations: "migrations/postgresql",
		busy:       postgresBusy,
		lost:       postgresLost,
		full:       postgresFull,
		server:     true,
		sql: statements{
			state: text(`SELECT revision, floor, deletions FROM {schema}{prefix}state WHERE id = 1`),
			get:   text(`SELECT revision, value FROM {schema}{prefix}records WHERE key = $1`),
			list: text(`SELECT key, revision, value FROM {schema}{prefix}records
				WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3`),
			changes: text(`
				SELECT revision, key, value, false, (SELECT floor FROM {schema}{prefix}state WHERE id = 1)
				FROM {schema}{prefix}records WHERE revision > $1 AND revision <= $2
				UNION ALL
				SELECT revision, key, NULL, true, (SELECT floor FROM {schema}{prefix}state WHERE id = 1)
				FROM {schema}{prefix}deletions WHERE revision > $1 AND revision <= $2
				ORDER BY 1 LIMIT $3`),
			now:  `SELECT clock_timestamp()`,
			lock: text(`SELECT revision, floor, deletions FROM {schema}{prefix}state WHERE id = 1 FOR UPDATE`),
			// Arrays come as text, because drivers agree on nothing else.
			find: text(`SELECT revision, key FROM {schema}{prefix}records WHERE key = ANY($1::text::bytea[])`),
			put: text(`INSERT INTO {schema}{prefix}records (key, revision, value)
				SELECT k, r, v FROM unnest($1::text::bytea[], $2::text::bigint[], $3::text::bytea[]) AS rows (k, r, v)
				ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value`),
			putOne: text(`INSERT INTO {schema}{prefix}records (key, revision, value) VALUES ($1, $2, $3)
				ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value`),
			remove: text(`DELETE FROM {schema}{prefix}records WHERE key = ANY($1::text::bytea[])`),
			bury: text(`INSERT INTO {schema}{prefix}deletions (key, revision)
				SELECT k, r FROM unnest($1::text::bytea[], $2::text::bigint[]) AS rows (k, r)`),
			unbury: text(`DELETE FROM {schema}{prefix}deletions WHERE key = ANY($1::text::bytea[])`),
			save: text(`WITH writer AS (
					INSERT INTO {schema}{prefix}writers (id, revision, seen) VALUES ($4, $1, now())
					ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, seen = excluded.seen)
				UPDATE {schema}{prefix}state SET revision = $1, floor = $2, deletions = $3 WHERE id = 1`),
			nthDeletion: text(`SELECT revision FROM {schema}{prefix}deletions ORDER BY revision LIMIT 1 OFFSET $1`),
			forget:      text(`DELETE FROM {schema}{prefix}deletions WHERE revision <= $1`),
			committed:   text(`SELECT coalesce(max(revision), 0) FROM {schema}{prefix}writers WHERE id = $1`),
			prune:       text(`DELETE FROM {schema}{prefix}writers WHERE seen < now() - interval '1 day'`),
			lockSchema:  fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d)`, int64(key.Sum64())), //nolint:gosec // all bits are used
			hasLedger: text(`SELECT EXISTS (SELECT FROM pg_tables
				WHERE quote_ident(schemaname) || '.' = $1 AND tablename = '{prefix}migrations')`),
			ledger: text(`CREATE TABLE {schema}{prefix}migrations (
				version INTEGER NOT NULL PRIMARY KEY, digest TEXT NOT NULL, applied TIMESTAMPTZ NOT NULL)`),
			applied: text(`SELECT version, digest FROM {schema}{prefix}migrations ORDER BY version`),
			record:  text(`INSERT INTO {schema}{prefix}migrations (version, digest, applied) VALUES ($1, $2, now())`),
		},
	}, nil
}
