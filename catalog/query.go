package catalog

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
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

// check returns every fault of the query at once, and a row that stands where After
// does; nil: at the start.
func (q *Query) check() (*Row, error) {
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
	var last *Row
	if len(q.After) > maxCursor {
		faults.add("After is not the Next of a page: it has %d bytes", len(q.After))
	} else if q.After != "" {
		var ok bool
		if last, ok = decodeCursor(q.After); !ok {
			faults.add("After is not the Next of a page")
		}
	}
	return last, faults.err()
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

// encodeCursor is the place of the last row of a page in the query's order. It holds
// what the order compares, so that the place is found even if the row is gone.
func encodeCursor(r *Row) string {
	b := make([]byte, 0, 128)
	b = append(append(b, r.Tag...), cursorCut)
	if !r.Published.IsZero() {
		b = strconv.AppendInt(b, r.Published.Unix(), 10)
		b = strconv.AppendInt(append(b, '.'), int64(r.Published.Nanosecond()), 10)
	}
	b = append(append(append(b, cursorCut), r.Key...), cursorCut)
	return base64.RawURLEncoding.EncodeToString(append(b, r.sortName...)) // a name may contain what it likes
}

const cursorCut = '\n'

// decodeCursor returns a row that stands where the cursor does.
func decodeCursor(s string) (last *Row, ok bool) {
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, false
	}
	tag, rest, _ := strings.Cut(string(data), string(cursorCut))
	published, rest, _ := strings.Cut(rest, string(cursorCut))
	key, name, ok := strings.Cut(rest, string(cursorCut))
	if !ok {
		return nil, false
	}
	last = &Row{Key: connector.Key(key), sortName: name, Tag: Tag(tag)}
	if published != "" {
		sec, nsec, _ := strings.Cut(published, ".")
		s, err := strconv.ParseInt(sec, 10, 64)
		n, nerr := strconv.ParseInt(nsec, 10, 64)
		if err != nil || nerr != nil {
			return nil, false
		}
		last.Published = time.Unix(s, n)
	}
	return last, true
}
