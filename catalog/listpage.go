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

	last  *Row // that After stands at; nil: from the start
	found *index.Selection[T]
	row   func(T) *Row
}

// newList checks q, nil meaning the zero Query, and asks m. A row whose facets have ended at now is
// asked for its present ones.
func newList[T index.Item](m index.Map[T], q *Query, now time.Time, row func(T) *Row) (*list[T], error) {
	if q == nil {
		q = &Query{}
	}
	last, err := q.check()
	if err != nil {
		return nil, err
	}
	facets := q.facets()
	found := m.Select(&index.Query[T]{
		Facets: facets, Words: strings.Fields(strings.ToLower(q.Text)),
		Now: now, Holds: func(item T) bool { return row(item).has(facets) },
	})
	return &list[T]{Query: q, last: last, found: found, row: row}, nil
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

// pageOf is the page that the query asks for. show says what stands on it for a row.
func pageOf[T index.Item, R any](l *list[T], show func(*Row) R) Page[R] {
	page := Page[R]{Total: l.found.Len(), Typos: l.found.Typos}
	limit := l.Limit
	if limit == 0 {
		limit = defaultPage
	}
	if page.Total == 0 {
		return page
	}
	rows, n := make([]R, min(limit, page.Total)), 0
	var end *Row
	for row := range l.rows(l.last) {
		if n == limit {
			page.Next = encodeCursor(end)
			break
		}
		rows[n] = show(row)
		end, n = row, n+1
	}
	if n > 0 {
		page.Rows = slices.Clip(rows[:n])
	}
	return page
}
