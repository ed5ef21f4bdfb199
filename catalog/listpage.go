package catalog

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/index"
)

// list is what a query found, and how to show it.
type list[T index.Item] struct {
	*Query

	found *index.Selection[T]
	row   func(T) *Row
}

// newList checks q, nil meaning the zero Query, and asks m. A row whose facets have ended at now is
// asked for its present ones.
func newList[T index.Item](m index.Map[T], q *Query, now time.Time, row func(T) *Row) (*list[T], error) {
	if q == nil {
		q = &Query{}
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	facets := q.facets()
	found := m.Select(&index.Query[T]{
		Facets: facets, Words: strings.Fields(strings.ToLower(q.Text)),
		Now: now, Holds: func(item T) bool { return row(item).has(facets) },
	})
	return &list[T]{Query: q, found: found, row: row}, nil
}

// rows ranges over the rows behind last, or over all if it is nil. By name they lie ready; another
// order is made by sorting what was found.
func (l *list[T]) rows(last *Row) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		if l.Sort != ByName {
			for _, row := range l.sorted(last) {
				if !yield(row) {
					return
				}
			}
			return
		}
		items := l.found.All(l.Desc)
		if last != nil {
			items = l.found.After(last.place(), l.Desc)
		}
		for item := range items {
			if !yield(l.row(item)) {
				return
			}
		}
	}
}

func (l *list[T]) sorted(last *Row) []*Row {
	rows := make([]*Row, 0, l.found.Len())
	for item := range l.found.All(false) {
		rows = append(rows, l.row(item))
	}
	slices.SortFunc(rows, l.compare)
	if last == nil {
		return rows
	}
	i, found := slices.BinarySearchFunc(rows, last, l.compare)
	if found {
		i++
	}
	return rows[i:]
}

// pageOf is the page that the query asks for.
func pageOf[T index.Item, R any](l *list[T], to func(*Row) R) Page[R] {
	page := Page[R]{Total: l.found.Len(), Typos: l.found.Typos}
	var last *Row
	if l.After != "" {
		last, _ = decodeCursor(l.After) // it was checked
	}
	limit := l.Limit
	if limit == 0 {
		limit = defaultPage
	}
	if n := min(limit, page.Total); n > 0 {
		page.Rows = make([]R, 0, n)
	}
	var end *Row
	for row := range l.rows(last) {
		if len(page.Rows) == limit {
			page.Next = encodeCursor(end)
			break
		}
		page.Rows, end = append(page.Rows, to(row)), row
	}
	if len(page.Rows) == 0 {
		page.Rows = nil
	}
	return page
}
