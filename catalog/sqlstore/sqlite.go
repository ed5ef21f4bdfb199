package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// minSQLite is the first version without the fault in starting a write-ahead
// log over that could lose commits.
const minSQLite = "3.51.3"

// Primary result codes of SQLite (https://sqlite.org/rescode.html).
const (
	codeBusy   = 5
	codeLocked = 6
	codeFull   = 13
)

func sqlite(_ context.Context, _ *sql.DB, prefix string) (*dialect, error) {
	text := names("", prefix).Replace
	return &dialect{
		configure:  sqliteConfigure,
		begin:      "BEGIN IMMEDIATE",
		names:      names("", prefix),
		migrations: "migrations/sqlite",
		busy: func(err error) bool {
			return sqliteCode(err, codeBusy, "database is locked") || sqliteCode(err, codeLocked, "table is locked")
		},
		lost: broken,
		full: func(err error) bool { return sqliteCode(err, codeFull, "database or disk is full") },
		sql: statements{
			state: text(`SELECT revision, floor, deletions FROM {prefix}state WHERE id = 1`),
			get:   text(`SELECT revision, value FROM {prefix}records WHERE key = ?`),
			list:  text(`SELECT key, revision, value FROM {prefix}records WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`),
			changes: text(`
				SELECT revision, key, value, 0, (SELECT floor FROM {prefix}state WHERE id = 1)
				FROM {prefix}records WHERE revision > ?1 AND revision <= ?2
				UNION ALL
				SELECT revision, key, NULL, 1, (SELECT floor FROM {prefix}state WHERE id = 1)
				FROM {prefix}deletions WHERE revision > ?1 AND revision <= ?2
				ORDER BY 1 LIMIT ?3`),
			lock: text(`SELECT revision, floor, deletions FROM {prefix}state WHERE id = 1`),
			find: text(`SELECT revision, key FROM {prefix}records WHERE key IN ({?})`),
			put: text(`INSERT INTO {prefix}records (key, revision, value) VALUES {(?, ?, ?)}
				ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value`),
			remove:      text(`DELETE FROM {prefix}records WHERE key IN ({?})`),
			bury:        text(`INSERT INTO {prefix}deletions (key, revision) VALUES {(?, ?)}`),
			unbury:      text(`DELETE FROM {prefix}deletions WHERE key IN ({?})`),
			save:        text(`UPDATE {prefix}state SET revision = ?, floor = ?, deletions = ? WHERE id = 1`),
			nthDeletion: text(`SELECT revision FROM {prefix}deletions ORDER BY revision LIMIT 1 OFFSET ?`),
			forget:      text(`DELETE FROM {prefix}deletions WHERE revision <= ?`),
			ledger: text(`CREATE TABLE IF NOT EXISTS {prefix}migrations (
				version INTEGER NOT NULL PRIMARY KEY, digest TEXT NOT NULL, applied TEXT NOT NULL) STRICT`),
			applied: text(`SELECT version, digest FROM {prefix}migrations ORDER BY version`),
			record:  text(`INSERT INTO {prefix}migrations (version, digest, applied) VALUES (?, ?, datetime('now'))`),
		},
	}, nil
}

// sqliteConfigure checks and sets what no data source name can be trusted
// with. Waiting for locks is not left to SQLite, whose sleep does not hear of
// the context.
func sqliteConfigure(ctx context.Context, conn *sql.Conn) error {
	version, err := text(ctx, conn, `SELECT sqlite_version()`)
	if err != nil {
		return err
	}
	if versionLess(version, minSQLite) {
		return &VersionError{Software: "SQLite", Version: version, Need: minSQLite}
	}
	file, err := text(ctx, conn, `SELECT file FROM pragma_database_list WHERE name = 'main'`)
	if err != nil {
		return err
	}
	if file == "" {
		return ErrInMemory
	}
	for _, p := range []struct{ name, set, want string }{
		{"busy_timeout", "0", "0"},
		{"journal_mode", "WAL", "wal"},
		{"synchronous", "FULL", "2"},
		{"fullfsync", "ON", "1"},
		{"temp_store", "MEMORY", "2"}, // what a statement of many rows may have to undo
	} {
		if err := pragma(ctx, conn, p.name, p.set, p.want); err != nil {
			return err
		}
	}
	return nil
}

// pragma sets a pragma unless it is so already, and makes sure that it is.
func pragma(ctx context.Context, conn *sql.Conn, name, set, want string) error {
	got, err := text(ctx, conn, "PRAGMA "+name)
	if err != nil || got == want {
		return err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA "+name+" = "+set); err != nil {
		return fmt.Errorf("PRAGMA %s = %s: %w", name, set, err)
	}
	got, err = text(ctx, conn, "PRAGMA "+name)
	if err == nil && got != want {
		err = fmt.Errorf("PRAGMA %s is %q after setting it to %s: %w", name, got, set, errors.ErrUnsupported)
	}
	return err
}

func text(ctx context.Context, conn *sql.Conn, query string) (string, error) {
	var s sql.NullString
	if err := conn.QueryRowContext(ctx, query).Scan(&s); err != nil {
		return "", fmt.Errorf("%s: %w", query, err)
	}
	return s.String, nil
}

// sqliteCode reports whether err has a primary result code. Drivers say so by a
// method or only in SQLite's own words.
func sqliteCode(err error, code int, words string) bool {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		const primary = 0xff
		return coded.Code()&primary == code
	}
	return err != nil && strings.Contains(err.Error(), words)
}

// versionLess compares versions such as 3.51.3 by number. What is no number
// counts as 0, so that a version that cannot be read is too old.
func versionLess(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range bs {
		var x int
		if i < len(as) {
			x, _ = strconv.Atoi(as[i]) // 0 when it is none
		}
		y, _ := strconv.Atoi(bs[i])
		if x != y {
			return x < y
		}
	}
	return false
}
