package catalog

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/index"
)

// Query narrows, orders and pages a list of connectors. The zero value, and
// nil, mean all of them by name.
type Query struct {
	// Text is searched for: every word of it must occur somewhere in key, name, description, publisher
	// or a category; case does not matter. A word that occurs in no row of the whole list and has at least four
	// letters may have one typing error (a character too many, missing, wrong or swapped
	// with the next), if it then stands at the beginning of a term, which is what lies between
	// characters that are neither letters nor digits; Page.Typos says so. The order remains that
	// of Sort. At most 1024 bytes.
	Text     string
	Category string          // exactly, but for case
	Stage    connector.Stage // of the row's version
	Tag      Tag             // Untagged: any
	Feed     string
	// Upgradable keeps only rows with an Upgrade.
	Upgradable bool

	Sort SortBy
	Desc bool
	// Limit is the size of a page; default 50, at most 1000. Ignored by
	// iterators.
	Limit int
	// After is the Next of the page before; empty: from the start. Ignored by iterators.
	After string
}

// SortBy is the order of a list. Ties are ordered by key.
type SortBy string

// The orders.
const (
	ByName      SortBy = ""
	ByKey       SortBy = "key"
	ByTag       SortBy = "tag" // Active, PreviouslyInstalled, LatestNotInstalled, none
	ByPublished SortBy = "published"
)

const (
	defaultPage  = 50
	maxPage      = 1000
	maxQueryText = 1024     // bytes
	maxCursor    = 16 << 10 // bytes; a name has at most 512
)

// check returns every fault of the query at once.
func (q *Query) check() error {
	var faults faultList
	if !slices.Contains([]connector.Stage{"", connector.GA, connector.Preview}, q.Stage) {
		faults.add("Stage %q is no stage", q.Stage)
	}
	if !slices.Contains([]Tag{Untagged, Active, PreviouslyInstalled, LatestNotInstalled}, q.Tag) {
		faults.add("Tag %q is no tag", q.Tag)
	}
	if !slices.Contains([]SortBy{ByName, ByKey, ByTag, ByPublished}, q.Sort) {
		faults.add("Sort %q is no order", q.Sort)
	}
	if len(q.Text) > maxQueryText || len(q.Category) > maxQueryText {
		faults.add("Text and Category have %d and %d bytes, at most %d are allowed", len(q.Text), len(q.Category), maxQueryText)
	}
	if q.Limit < 0 || q.Limit > maxPage {
		faults.add("Limit %d is not between 0 and %d", q.Limit, maxPage)
	}
	if len(q.After) > maxCursor {
		faults.add("After is not the Next of a page: it has %d bytes", len(q.After))
	} else if q.After != "" {
		if _, err := decodeCursor(q.After); err != nil {
			faults.add("After is not the Next of a page")
		}
	}
	return faults.err()
}

// facets are what must be true of a row.
func (q *Query) facets() []index.Facet {
	var all []index.Facet
	if q.Stage != "" {
		all = append(all, index.Facet{Kind: facetStage, Value: string(q.Stage)})
	}
	if q.Tag != Untagged {
		all = append(all, index.Facet{Kind: facetTag, Value: string(q.Tag)})
	}
	if q.Feed != "" {
		all = append(all, index.Facet{Kind: facetFeed, Value: q.Feed})
	}
	if q.Category != "" {
		all = append(all, index.Facet{Kind: facetCategory, Value: fold(q.Category)})
	}
	if q.Upgradable {
		all = append(all, index.Facet{Kind: facetUpgradable})
	}
	return all
}

// compare is the order of the query's result.
func (q *Query) compare(a, b *Row) int {
	c := 0
	switch q.Sort {
	case ByName:
		c = cmp.Compare(a.sortName, b.sortName)
	case ByTag:
		c = cmp.Compare(tagOrder(a.Tag), tagOrder(b.Tag))
	case ByPublished:
		c = a.Published.Compare(b.Published)
	case ByKey:
	}
	c = cmp.Or(c, cmp.Compare(a.Key, b.Key))
	if q.Desc {
		return -c
	}
	return c
}

func tagOrder(t Tag) int {
	return slices.Index([]Tag{Active, PreviouslyInstalled, LatestNotInstalled, Untagged}, t)
}

// cursor is the place of the last row of a page in the query's order. It holds
// what the order compares, so that the place is found even if the row is gone.
type cursor struct {
	Key       connector.Key `json:"k"`
	Name      string        `json:"n,omitempty"`
	Tag       Tag           `json:"t,omitempty"`
	Published time.Time     `json:"p,omitzero"`
}

func encodeCursor(r *Row) string {
	return base64.RawURLEncoding.EncodeToString(encode(cursor{r.Key, r.sortName, r.Tag, r.Published}))
}

// decodeCursor returns a row that stands where the cursor does.
func decodeCursor(s string) (*Row, error) {
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	var c cursor
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, err
	}
	return &Row{Key: c.Key, sortName: c.Name, Tag: c.Tag, Published: c.Published}, nil
}
