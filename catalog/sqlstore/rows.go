package sqlstore

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// Statements of the writer that take many rows. SQLite is asked once for each row, which costs
// nothing but the work. A server is asked once for all, with an array for each column:
// every statement is a journey, and others wait for the lock meanwhile.

// many runs a statement that changes rows, and returns how many it changed.
func (tx *transaction) many(query string, rows [][]any) (int, error) {
	sum := 0
	for _, args := range tx.arguments(rows) {
		n, err := tx.affected(query, args...)
		if err == nil {
			err = tx.caller.Err() // where a long Apply notices that its caller has gone
		}
		if err != nil {
			return sum, err
		}
		sum += n
	}
	return sum, nil
}

// each runs a query and calls row for each row of its answers.
func (tx *transaction) each(query string, rows [][]any, row func(scan func(...any) error) error) error {
	for _, args := range tx.arguments(rows) {
		err := tx.query(query, args, row)
		if err == nil {
			err = tx.caller.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put stores records. Large values do not become part of an array, of which others
// would have to make copies.
func (tx *transaction) put(rows [][]any) error {
	const large, enough = 64 << 10, 1 << 20 // bytes
	q := &tx.writer.d.sql
	if q.putOne == "" {
		_, err := tx.many(q.put, rows)
		return err
	}
	var some [][]any
	size := 0
	for i, row := range rows {
		n := len(row[2].([]byte)) //nolint:errcheck,forcetypeassert // made by write
		if n > large {
			if err := tx.exec(q.putOne, row...); err != nil {
				return err
			}
		} else {
			some, size = append(some, row), size+n
		}
		if size < enough && i+1 < len(rows) {
			continue
		}
		if _, err := tx.many(q.put, some); err != nil {
			return err
		}
		some, size = nil, 0
	}
	return nil
}

// arguments returns the arguments of each time that a statement is to be run for all rows.
func (tx *transaction) arguments(rows [][]any) [][]any {
	if len(rows) == 0 || !tx.writer.d.server {
		return rows
	}
	columns := make([]any, len(rows[0]))
	for i := range columns {
		columns[i] = array(rows, i)
	}
	return [][]any{columns}
}

// array writes a column as the text of an array (PostgreSQL, section 8.15).
func array(rows [][]any, column int) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteByte("{,"[min(i, 1)])
		switch v := row[column].(type) {
		case []byte:
			b.WriteString(`"\\x`)
			b.WriteString(hex.EncodeToString(v))
			b.WriteByte('"')
		case catalog.Revision:
			b.WriteString(strconv.FormatInt(int64(v), 10))
		}
	}
	b.WriteByte('}')
	return b.String()
}
