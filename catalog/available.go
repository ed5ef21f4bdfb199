package catalog

import (
	"context"
	"iter"
	"slices"
	"time"
)

// Page is one page of rows.
type Page[T any] struct {
	Rows []T
	// Total counts the rows of all pages.
	Total int
	// Next is the Query.After of the following page; empty: this is the last.
	Next string
}

// Available lists the connectors that feeds offer or that are published: the
// manage view. The sequence is taken from one moment and may be ranged over
// again, which takes a new moment.
func (a *Admin) Available(ctx context.Context, q *Query) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		rows, err := a.rows(ctx, "list available", q)
		if err != nil {
			yield(Row{}, err)
			return
		}
		for _, row := range rows {
			if err := ctx.Err(); err != nil {
				yield(Row{}, &Error{Op: "list available", Err: err})
				return
			}
			if !yield(*row, nil) {
				return
			}
		}
	}
}

// AvailablePage is one page of Available.
func (a *Admin) AvailablePage(ctx context.Context, q *Query) (Page[Row], error) {
	rows, err := a.rows(ctx, "list available", q)
	if err != nil {
		return Page[Row]{}, err
	}
	return paginate(rows, q, func(r *Row) Row { return *r }), nil
}

func (a *Admin) rows(ctx context.Context, op string, q *Query) ([]*Row, error) {
	if err := a.allow(ctx, op, ActionManage, ""); err != nil {
		return nil, err
	}
	s := a.cat.snapshot()
	rs := a.cat.newRowSource(s)
	rows, err := s.query(q, func(e *entry) (*Row, string) { return rs.row(e), e.search })
	if err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	return rows, nil
}

// rowSource gives rows as of now: a row whose skip has expired since it was
// derived is derived again.
type rowSource struct {
	sel *selector
	now time.Time
}

func (c *Catalog) newRowSource(s *snapshot) rowSource {
	return rowSource{sel: newSelector(&c.opts, s.skips, s.pins), now: c.opts.Clock()}
}

func (rs rowSource) row(e *entry) *Row {
	if e.rowExpires.IsZero() || e.rowExpires.After(rs.now) {
		return &e.row
	}
	row, _, err := rs.sel.row(e, rs.now)
	if err != nil {
		return &e.row // the same rules compiled when the entry was made
	}
	return &row
}

// query returns the matching rows in the query's order. shown gives the row of an
// entry and the text that words are looked for in; nil leaves the entry out.
func (s *snapshot) query(q *Query, shown func(*entry) (*Row, string)) ([]*Row, error) {
	if q == nil {
		q = &Query{}
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	m := q.matcher()
	var rows []*Row
	for e := range s.all() {
		if row, text := shown(e); row != nil && m.match(row, text) {
			rows = append(rows, row)
		}
	}
	if !slices.IsSortedFunc(rows, q.compare) {
		slices.SortFunc(rows, q.compare)
	}
	return rows, nil
}

// paginate cuts the page that q asks for out of all rows.
func paginate[T any](rows []*Row, q *Query, to func(*Row) T) Page[T] {
	if q == nil {
		q = &Query{}
	}
	page := Page[T]{Total: len(rows)}
	if last, err := decodeCursor(q.After); q.After != "" && err == nil { // checked by query
		i, found := slices.BinarySearchFunc(rows, last, q.compare)
		if found {
			i++
		}
		rows = rows[i:]
	}
	limit := q.Limit
	if limit == 0 {
		limit = defaultPage
	}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = encodeCursor(rows[limit-1])
	}
	for _, r := range rows {
		page.Rows = append(page.Rows, to(r))
	}
	return page
}
