package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/index"
)

// The kinds of facets.
const (
	facetStage byte = iota
	facetTag
	facetFeed
	facetCategory // its folded form
	facetUpgradable
)

// published is an entry as users see it, in the order of what they see.
type published entry

// Place, Facets, Until and Text make an entry an index.Item, by its row.
func (e *entry) Place() index.Place           { return e.row.place() }
func (e *entry) Facets(add func(index.Facet)) { e.row.facets(add) }
func (e *entry) Until() time.Time             { return e.rowExpires }
func (e *entry) Text(add func(string))        { e.row.text(add) }

// Place, Facets, Until and Text are those of what is listed, which no hold shapes.
func (p *published) Place() index.Place           { return p.listed.place() }
func (p *published) Facets(add func(index.Facet)) { p.listed.facets(add) }
func (p *published) Until() time.Time             { return time.Time{} }
func (p *published) Text(add func(string))        { p.listed.text(add) }

func (r *Row) place() index.Place { return index.Place{Name: r.sortName, Key: string(r.Key)} }

func (r *Row) facets(add func(index.Facet)) {
	add(index.Facet{Kind: facetStage, Value: string(r.Stage)})
	add(index.Facet{Kind: facetTag, Value: string(r.Tag)})
	add(index.Facet{Kind: facetFeed, Value: r.Feed})
	for _, c := range r.Categories {
		add(index.Facet{Kind: facetCategory, Value: fold(c)})
	}
	if r.Upgrade != "" {
		add(index.Facet{Kind: facetUpgradable})
	}
}

// has reports whether all facets are true of the row.
func (r *Row) has(facets []index.Facet) bool {
	missing := slices.Clone(facets)
	r.facets(func(f index.Facet) {
		missing = slices.DeleteFunc(missing, func(m index.Facet) bool { return m == f })
	})
	return len(missing) == 0
}

// text is what Query.Text is looked for in.
func (r *Row) text(add func(string)) {
	add(string(r.Key))
	add(r.sortName)
	add(strings.ToLower(r.Description))
	add(strings.ToLower(r.Publisher))
	for _, c := range r.Categories {
		add(strings.ToLower(c))
	}
}

// edit collects what changes in an index.Map.
type edit[T index.Item] struct{ gone, come []T }

func (e *edit[T]) remove(item T, there bool) {
	if there {
		e.gone = append(e.gone, item)
	}
}

func (e *edit[T]) add(item T, there bool) {
	if there {
		e.come = append(e.come, item)
	}
}

func (e *edit[T]) apply(m index.Map[T]) index.Map[T] {
	if len(e.gone)+len(e.come) == 0 {
		return m
	}
	return m.With(e.gone, e.come)
}
