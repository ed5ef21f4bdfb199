package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// pageWorks show one filtered page of the manage view. There is nothing that
// pages and filters versions for a program, so they have no peer.
func pageWorks() []work {
	var all []work
	for _, q := range []pageQuery{
		{"page/tag", "upgradable ones", func(*lived) catalog.Query { return catalog.Query{Tag: catalog.Active, Upgradable: true} }},
		{"page/category", "of one category", func(l *lived) catalog.Query { return catalog.Query{Category: l.items[0].categories[0]} }},
		{"page/none", "no row matches", func(*lived) catalog.Query { return catalog.Query{Category: "nobody has it"} }},
	} {
		all = append(all, work{
			name: q.name, path: "a page of 50 of the manage view, " + q.path, grows: "page",
			setup: func(b *bed) (*trial, error) { return pageTrial(b, q) },
		})
	}
	all = append(all, work{
		name: "page/later", path: "a page of 50 from the middle of the installed ones", grows: "page",
		setup: func(b *bed) (*trial, error) {
			return pageTrial(b, pageQuery{query: func(l *lived) catalog.Query {
				q := catalog.Query{Tag: catalog.Active}
				for range len(l.items) / 4 / 2 / pageRows {
					page, err := l.admin.AvailablePage(background, &q)
					if err != nil || page.Next == "" {
						break
					}
					q.After = page.Next
				}
				return q
			}})
		},
	})
	return all
}

type pageQuery struct {
	name, path string
	query      func(*lived) catalog.Query
}

const pageRows = 50

func pageTrial(b *bed, q pageQuery) (*trial, error) {
	l, small, err := b.catalogs()
	if err != nil {
		return nil, err
	}
	query, fewer := q.query(l), q.query(small)
	// Fewer connectors may not fill the page: what is compared is pages of as many rows.
	least, err := small.admin.AvailablePage(background, &fewer)
	if err != nil {
		return nil, err
	}
	alike := query
	alike.Limit, fewer.Limit = len(least.Rows), len(least.Rows)
	large := l.page(alike)
	return &trial{
		same:   func() error { return l.samePage(query) },
		ours:   l.page(query),
		goals:  []goal{within(5 * time.Microsecond)},
		growth: &growth{small: small.page(fewer), large: &large, factor: 10, law: constant},
	}, nil
}

func (l *lived) page(q catalog.Query) side {
	return side{name: "ours", run: func(n int) error {
		for range n {
			if _, err := l.admin.AvailablePage(background, &q); err != nil {
				return err
			}
		}
		return nil
	}}
}

// samePage looks for the page's rows in the whole view, by hand.
func (l *lived) samePage(q catalog.Query) error {
	page, err := l.admin.AvailablePage(background, &q)
	if err != nil {
		return err
	}
	var want []string
	for row, err := range l.admin.Available(background, nil) {
		if err != nil {
			return err
		}
		if q.Tag != catalog.Untagged && row.Tag != q.Tag || q.Upgradable && row.Upgrade == "" ||
			q.Category != "" && !slices.Contains(row.Categories, q.Category) {
			continue
		}
		want = append(want, strings.ToLower(row.Name)+"\x00"+string(row.Key))
	}
	slices.Sort(want)
	if page.Total != len(want) {
		return fmt.Errorf("%d rows in all, want %d", page.Total, len(want))
	}
	if len(page.Rows) == 0 {
		if len(want) > 0 {
			return fmt.Errorf("an empty page of %d rows", len(want))
		}
		return nil
	}
	first := strings.ToLower(page.Rows[0].Name) + "\x00" + string(page.Rows[0].Key)
	at := slices.Index(want, first)
	if at < 0 || q.After == "" && at > 0 || len(page.Rows) != min(pageRows, len(want)-at) {
		return fmt.Errorf("%d rows from the %dth on, of %d", len(page.Rows), at, len(want))
	}
	for i, row := range page.Rows {
		if got := strings.ToLower(row.Name) + "\x00" + string(row.Key); got != want[at+i] {
			return fmt.Errorf("row %d is %q, want %q", i, got, want[at+i])
		}
	}
	return nil
}
