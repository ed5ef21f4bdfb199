package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
)

// FuzzQueryCursor continues a list behind whatever a browser sends. It is refused,
// or the page is a tail of the list in its order.
func FuzzQueryCursor(f *testing.F) {
	feed := catalogtest.NewFakeFeed("main")
	for i := range 7 {
		feed.Offer(connector.Key(fmt.Sprintf("c%d", i*3%7)), "1.0.0", []byte("x"))
	}
	c, err := catalog.Open(context.Background(), &catalog.Options{Feeds: []catalog.Feed{feed}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = c.Close() })
	admin, err := c.Manage(adminP)
	if err != nil {
		f.Fatal(err)
	}
	page, err := admin.AvailablePage(context.Background(), &catalog.Query{Limit: 3})
	if err != nil {
		f.Fatal(err)
	}
	sorts := []catalog.SortBy{catalog.ByName, catalog.ByKey, catalog.ByTag, catalog.ByPublished}
	for _, after := range []string{"", page.Next, "e30", "bnVsbA", "eyJwIjoiOTk5OS0xMi0zMVQyMzo1OTo1OVoifQ", "%", page.Next[1:]} {
		f.Add(after, uint8(0), false)
		f.Add(after, uint8(3), true)
	}
	f.Fuzz(func(t *testing.T, after string, sort uint8, desc bool) {
		q := catalog.Query{Sort: sorts[int(sort)%len(sorts)], Desc: desc, Limit: 1000}
		all, err := admin.AvailablePage(t.Context(), &q)
		if err != nil {
			t.Fatal(err)
		}
		q.After = after
		rest, err := admin.AvailablePage(t.Context(), &q)
		if err != nil {
			if !errors.Is(err, catalog.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if rest.Total != len(all.Rows) || rest.Next != "" {
			t.Fatalf("total %d, next %q", rest.Total, rest.Next)
		}
		tail := all.Rows[len(all.Rows)-len(rest.Rows):]
		for i := range tail {
			if tail[i].Key != rest.Rows[i].Key {
				t.Fatalf("row %d after %q is %s, want %s", i, after, rest.Rows[i].Key, tail[i].Key)
			}
		}
	})
}
