package sqlstore

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// Statements of the writer that take many rows. For SQLite the part of the text in braces, which is one row, is
// repeated: a statement costs it more than a row. A server is asked once for all, with an array for each column:
// every statement is a journey, and others wait for the lock meanwhile.

// Bounds of what SQLite is given at once.
const (
	maxRows     = 16 // each number of rows is a statement of its own, and stays prepared
	maxRowBytes = 256 << 10
)

// batch is one run of a statement.
type batch struct {
	query string
	args  []any
}

// many runs a statement that changes rows, and returns how many it changed.
func (tx *transaction) many(query string, rows [][]any) (int, error) {
	sum := 0
	for _, b := range tx.batches(query, rows) {
		n, err := tx.affected(b.query, b.args...)
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
	for _, b := range tx.batches(query, rows) {
		err := tx.query(b.query, b.args, row)
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

// batches returns each time that a statement is to be run for all rows.
func (tx *transaction) batches(query string, rows [][]any) []batch {
	if len(rows) == 0 {
		return nil
	}
	if tx.writer.d.server {
		columns := make([]any, len(rows[0]))
		for i := range columns {
			columns[i] = array(rows, i)
		}
		return []batch{{query, columns}}
	}
	var all []batch
	for len(rows) > 0 {
		n, size := 0, 0
		args := make([]any, 0, min(len(rows), maxRows)*len(rows[0]))
		for n < min(len(rows), maxRows) && size < maxRowBytes {
			for _, v := range rows[n] {
				b, _ := v.([]byte) // others are small
				size += len(b)
			}
			args = append(args, rows[n]...)
			n++
		}
		all = append(all, batch{tx.writer.forRows(query, n), args})
		rows = rows[n:]
	}
	return all
}

// rowsOf names the text of a statement for a number of rows.
type rowsOf struct {
	query string
	rows  int
}

// forRows returns the text of a statement for so many rows.
func (w *writer) forRows(query string, rows int) string {
	key := rowsOf{query, rows}
	text, ok := w.texts[key]
	if !ok {
		before, rest, _ := strings.Cut(query, "{")
		row, after, _ := strings.Cut(rest, "}")
		text = before + row + strings.Repeat(", "+row, rows-1) + after
		w.texts[key] = text
	}
	return text
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
