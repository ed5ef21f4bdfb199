package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/patchbay/patchbay/catalog"
)

const bleveName = "bleve"

// searchWorks look connectors up while somebody types: the beginning of a word,
// two words, a word with one typo; and make what that needs.
func searchWorks() []work {
	prefix := searchKind{
		[]string{"sal", "post", "snowf", "git", "zend", "mongo"},
		func(s string) query.Query { return bleve.NewPrefixQuery(s) },
	}
	two := searchKind{
		[]string{"salesforce slack", "jira github", "stripe xero", "kafka redis", "azure blob", "asana okta"},
		func(s string) query.Query {
			m := bleve.NewMatchQuery(s)
			m.SetOperator(query.MatchQueryOperatorAnd)
			return m
		},
	}
	typo := searchKind{
		[]string{"salesforse", "postgrez", "snowflaje", "hubpot", "zendeskk"},
		func(s string) query.Query {
			q := bleve.NewMatchQuery(s)
			q.SetFuzziness(1)
			return q
		},
	}
	of := func(k searchKind, goals ...goal) func(*bed) (*trial, error) {
		return func(b *bed) (*trial, error) { return searchTrial(b, k, goals) }
	}
	return []work{
		{name: "search/prefix", path: "search as you type, page of 50", grows: "matches", setup: of(prefix, faster(bleveName, 10))},
		{name: "search/words", path: "search for two words, page of 50", grows: "matches", setup: of(two, faster(bleveName, 10))},
		{
			name: "search/typo", path: "search with one typo, page of 50", grows: "matches",
			setup: of(typo, faster(bleveName, 10), within(500*time.Microsecond)),
		},
		{name: "search/build", path: "from connectors to the first answer", grows: "connectors", setup: buildTrial},
	}
}

// searchKind is what is typed, and how bleve is asked for it.
type searchKind struct {
	typed []string
	query func(string) query.Query
}

func searchTrial(b *bed, k searchKind, goals []goal) (*trial, error) {
	l, small, err := b.catalogs()
	if err != nil {
		return nil, err
	}
	x, err := bleveIndex(l.items)
	if err != nil {
		return nil, err
	}
	return &trial{
		same: func() error { return l.sameFound(x, k) },
		ours: l.search(k.typed),
		peers: []side{{name: bleveName, run: func(n int) error {
			for i := range n {
				if _, err := x.Search(bleve.NewSearchRequestOptions(k.query(k.typed[i%len(k.typed)]), pageRows, 0, false)); err != nil {
					return err
				}
			}
			return nil
		}}},
		goals:  goals,
		growth: &growth{small: small.search(k.typed), factor: 10, law: linear},
		close:  x.Close,
	}, nil
}

func (l *lived) search(typed []string) side {
	return side{name: "ours", run: func(n int) error {
		for i := range n {
			if _, err := l.admin.AvailablePage(background, &catalog.Query{Text: typed[i%len(typed)]}); err != nil {
				return err
			}
		}
		return nil
	}}
}

// sameFound compares how many connectors are found, and whether those on the
// first page are among those that bleve found. The two rank them differently.
func (l *lived) sameFound(x bleve.Index, k searchKind) error {
	for _, typed := range k.typed {
		page, err := l.admin.AvailablePage(background, &catalog.Query{Text: typed})
		if err != nil {
			return err
		}
		all, err := x.Search(bleve.NewSearchRequestOptions(k.query(typed), len(l.items), 0, false))
		if err != nil {
			return err
		}
		found := map[string]bool{}
		for _, hit := range all.Hits {
			found[hit.ID] = true
		}
		if page.Total != len(found) || len(page.Rows) != min(pageRows, len(found)) {
			return fmt.Errorf("%q: %d connectors, %d on the page; bleve finds %d", typed, page.Total, len(page.Rows), len(found))
		}
		for _, row := range page.Rows {
			if !found[string(row.Key)] {
				return fmt.Errorf("%q: %s is not what bleve finds", typed, row.Key)
			}
		}
	}
	return nil
}

// bleveIndex indexes connectors in memory, a thousand at a time.
func bleveIndex(all []item) (bleve.Index, error) {
	x, err := bleve.NewMemOnly(bleve.NewIndexMapping())
	if err != nil {
		return nil, err
	}
	batch := x.NewBatch()
	for i := range all {
		it := &all[i]
		err := batch.Index(it.key, map[string]any{"key": it.key, "name": it.name, "about": it.about, "categories": it.categories})
		if err == nil && (batch.Size() == 1000 || i == len(all)-1) {
			err = x.Batch(batch)
			batch = x.NewBatch()
		}
		if err != nil {
			return nil, errors.Join(err, x.Close())
		}
	}
	return x, nil
}

// buildTrial opens a catalog of connectors with one release each, which is as
// little as a connector can have, and searches it once: so what is made only when it is
// asked for counts, too.
func buildTrial(b *bed) (*trial, error) {
	all := items(b.connectors(), 1)
	feed := &shelf{}
	for i := range all {
		feed.all = append(feed.all, all[i].connector(""))
	}
	const typed = "salesforce"
	ours := func() (total int, err error) {
		cat, err := catalog.Open(background, &catalog.Options{Feeds: []catalog.Feed{feed}, RefreshEvery: time.Hour})
		if err != nil {
			return 0, err
		}
		admin, err := cat.Manage(operator)
		if err != nil {
			return 0, errors.Join(err, cat.Close())
		}
		page, err := admin.AvailablePage(background, &catalog.Query{Text: typed})
		return page.Total, errors.Join(err, cat.Close())
	}
	bleves := func() (total int, err error) {
		x, err := bleveIndex(all)
		if err != nil {
			return 0, err
		}
		found, err := x.Search(bleve.NewSearchRequestOptions(bleve.NewMatchQuery(typed), pageRows, 0, false))
		if err != nil {
			return 0, errors.Join(err, x.Close())
		}
		return int(found.Total), x.Close() //nolint:gosec // at most the connectors
	}
	return &trial{
		same: func() error {
			got, err := ours()
			want, bleveErr := bleves()
			if err = errors.Join(err, bleveErr); err == nil && (got != want || got == 0) {
				err = fmt.Errorf("%d found, bleve finds %d", got, want)
			}
			return err
		},
		ours:  repeat("ours", func() error { _, err := ours(); return err }),
		peers: []side{repeat(bleveName, func() error { _, err := bleves(); return err })},
		goals: []goal{faster(bleveName, 20)},
	}, nil
}

// repeat is a side whose work is always the same.
func repeat(name string, do func() error) side {
	return side{name: name, run: func(n int) error {
		for range n {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}}
}
