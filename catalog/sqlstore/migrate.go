package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed migrations
var migrationFiles embed.FS

// migration is one step of the schema. Its number is its place, from 1.
type migration struct {
	digest     string
	statements []string
}

// migrations reads the embedded steps, in order.
func (d *dialect) steps() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, path.Join(d.migrations, "*.sql"))
	if err != nil {
		return nil, err
	}
	var steps []migration
	for _, name := range names {
		data, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		m := migration{digest: hex.EncodeToString(sum[:])}
		for s := range strings.SplitSeq(d.names.Replace(string(data)), ";\n") {
			if strings.TrimSpace(s) != "" {
				m.statements = append(m.statements, s)
			}
		}
		steps = append(steps, m)
	}
	return steps, nil
}

// migrate brings the schema up to date within a transaction, and reports whether it
// changed anything.
func (tx *transaction) migrate() (bool, error) {
	d := tx.writer.d
	steps, err := d.steps()
	if err != nil {
		return false, err
	}
	if err := tx.makeLedger(); err != nil {
		return false, err
	}
	done, err := d.check(tx.ctx, tx.conn, steps)
	if err != nil {
		return false, err
	}
	for i, step := range steps[done:] {
		for _, s := range step.statements {
			if _, err := tx.conn.ExecContext(tx.ctx, s); err != nil {
				return false, fmt.Errorf("migration %d: %w", done+i+1, err)
			}
		}
		if _, err := tx.conn.ExecContext(tx.ctx, d.sql.record, done+i+1, step.digest); err != nil {
			return false, fmt.Errorf("migration %d: %w", done+i+1, err)
		}
	}
	pruned := 0
	if d.sql.prune != "" {
		pruned, err = tx.affected(d.sql.prune)
	}
	return done < len(steps) || pruned > 0, err
}

// makeLedger creates the table of what was done, unless it is there: who may only use the
// tables may not even ask to create them.
func (tx *transaction) makeLedger() error {
	d := tx.writer.d
	if d.sql.hasLedger != "" {
		var there bool
		if err := tx.one(d.sql.hasLedger, []any{d.names.Replace("{schema}")}, &there); err != nil || there {
			return err
		}
	}
	_, err := tx.conn.ExecContext(tx.ctx, d.sql.ledger)
	return err
}

// check returns how many steps have been done, and makes sure that they were
// these.
func (d *dialect) check(ctx context.Context, conn *sql.Conn, steps []migration) (int, error) {
	rows, err := conn.QueryContext(ctx, d.sql.applied)
	if err != nil {
		return 0, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	done := 0
	for rows.Next() {
		var version int
		var digest string
		if err := rows.Scan(&version, &digest); err != nil {
			return 0, err
		}
		switch {
		case version > len(steps):
			return 0, &SchemaError{Migration: version, Reason: "was done by a newer program"}
		case version != done+1:
			return 0, &SchemaError{Migration: done + 1, Reason: "is missing"}
		case digest != steps[done].digest:
			return 0, &SchemaError{Migration: version, Reason: "was another one"}
		}
		done++
	}
	return done, rows.Err()
}
