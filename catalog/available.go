package catalog

import (
	"context"
	"iter"
	"time"
)

// Page is one page of rows.
type Page[T any] struct {
	Rows []T
	// Total counts the rows of all pages.
	Total int
	// Next is the Query.After of the following page; empty: this is the last.
	Next string
	// Typos are the words of Query.Text that occur in no row at all and were taken for
	// typing errors, in lower case, the longest first.
	Typos []string
}

// Available lists the connectors that feeds offer or that are published: the
// manage view. The sequence is taken from one moment and may be ranged over
// again, which takes a new moment. With an error there is no row.
func (a *Admin) Available(ctx context.Context, q *Query) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		l, err := a.list(ctx, q)
		if err != nil {
			yield(nil, err)
			return
		}
		for row := range l.rows(nil) {
			if err := ctx.Err(); err != nil {
				yield(nil, &Error{Op: "list available", Err: err})
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// AvailablePage is one page of Available.
func (a *Admin) AvailablePage(ctx context.Context, q *Query) (Page[*Row], error) {
	l, err := a.list(ctx, q)
	if err != nil {
		return Page[*Row]{}, err
	}
	return pageOf(l, func(r *Row) *Row { return r }), nil
}

func (a *Admin) list(ctx context.Context, q *Query) (*list[*entry], error) {
	const op = "list available"
	if err := a.allow(ctx, op, ActionManage, ""); err != nil {
		return nil, err
	}
	s := a.cat.snapshot()
	rs := a.cat.newRowSource(s)
	l, err := newList(s.rows, q, rs.now, rs.row)
	if err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	return l, nil
}

// rowSource gives rows as of now: a row whose skip or pin has expired since it was
// derived is derived again.
type rowSource struct {
	opts     *Options
	snapshot *snapshot
	now      time.Time
	sel      *selector // made when first needed
}

func (c *Catalog) newRowSource(s *snapshot) *rowSource {
	return &rowSource{opts: &c.opts, snapshot: s, now: c.opts.Clock()}
}

func (rs *rowSource) row(e *entry) *Row {
	if e.rowExpires.IsZero() || e.rowExpires.After(rs.now) {
		return &e.row
	}
	if rs.sel == nil {
		rs.sel = newSelector(rs.opts, rs.snapshot.skips, rs.snapshot.pins)
	}
	row, _, err := rs.sel.row(e, rs.now)
	if err != nil {
		return &e.row // the same rules compiled when the entry was made
	}
	return &row
}
