package catalog_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A word that occurs nowhere may have one typing error, and the page says that it was forgiven.
func TestSearchForgivesATypingError(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"salesforce@1.0.0", "gmail@1.0.0", "mailchimp@1.0.0"})
	b.feed.Edit("gmail", func(c *connector.Connector) { c.Categories = []string{"Mail"} })
	b.refresh(t)
	for _, c := range []struct {
		q           catalog.Query
		rows, typos []string
	}{
		{catalog.Query{Text: "mail"}, []string{"gmail", "mailchimp"}, nil},
		{catalog.Query{Text: "SALESFROCE"}, []string{"salesforce"}, []string{"salesfroce"}},
		{catalog.Query{Text: "maul"}, []string{"gmail", "mailchimp"}, []string{"maul"}},
		{catalog.Query{Text: "gmial mail"}, []string{"gmail"}, []string{"gmial"}},
		{catalog.Query{Text: "mailchimp", Category: "mail"}, nil, nil}, // it occurs, only not there
		{catalog.Query{Text: "nothing"}, nil, nil},
	} {
		page, err := b.admin.AvailablePage(t.Context(), &c.q)
		require.NoError(t, err)
		assert.Equal(t, len(c.rows), page.Total, "%+v", c.q)
		assert.Equal(t, c.typos, page.Typos, "%+v", c.q)
		assert.Equal(t, c.rows, b.rowsPage(t, &c.q), "%+v", c.q)
	}
	b.install(t, "gmail")
	page, err := b.For(viewerP).PublishedPage(t.Context(), &catalog.Query{Text: "mailhcimp"})
	require.NoError(t, err)
	assert.Empty(t, page.Rows, "what is only offered corrects nobody's typing")
	page, err = b.For(viewerP).PublishedPage(t.Context(), &catalog.Query{Text: "gmial"})
	require.NoError(t, err)
	assert.Equal(t, 1, page.Total)
	assert.Equal(t, []string{"gmial"}, page.Typos)
}

// Rows are shared with the catalog, so those that a program has must stay as they were.
func TestRowsOfAPageNeverChange(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "b@1.0.0"})
	b.install(t, "a@1.0.0")
	before, err := b.admin.AvailablePage(t.Context(), nil)
	require.NoError(t, err)
	row := *before.Rows[0]
	require.Equal(t, "2.0.0", row.Upgrade)

	_, err = b.admin.Skip(t.Context(), "a", &catalog.Skip{Versions: "2.0.0", Reason: "later"})
	require.NoError(t, err)
	after, err := b.admin.AvailablePage(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, after.Rows[0].Upgrade)
	assert.Equal(t, row, *before.Rows[0])
	assert.Same(t, before.Rows[1], after.Rows[1], "what did not change is not made anew")
}

// A row whose skip has ended is found by what it says now, although nothing has changed since.
func TestP7_ListsFollowTheEndOfASkip(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "b@1.0.0"})
	b.install(t, "a@1.0.0", "b")
	_, err := b.admin.Skip(t.Context(), "a", &catalog.Skip{Versions: "2.0.0", Reason: "later", Expires: b.time().Add(time.Hour)})
	require.NoError(t, err)
	upgradable := &catalog.Query{Upgradable: true, Tag: catalog.Active}
	for _, sort := range []catalog.SortBy{catalog.ByName, catalog.ByTag} {
		upgradable.Sort = sort
		assert.Empty(t, b.rows(t, upgradable))
	}
	b.pass(time.Hour)
	for _, sort := range []catalog.SortBy{catalog.ByName, catalog.ByTag} {
		upgradable.Sort = sort
		assert.Equal(t, []string{"a"}, b.rows(t, upgradable))
		assert.Equal(t, []string{"a"}, b.rowsPage(t, upgradable))
	}
	assert.Equal(t, "2.0.0", b.row(t, "a").Upgrade)
	assert.Empty(t, b.rows(t, &catalog.Query{Stage: connector.Preview, Upgradable: true}), "not everything is true of it now")
	upgradable.Text = "b"
	assert.Empty(t, b.rows(t, upgradable))
}

// A category is the same in whatever case, also where one letter has several small forms.
func TestQueryCategoryFoldsCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0"})
	b.feed.Edit("a", func(c *connector.Connector) { c.Categories = []string{"İş ΟΔΟΣ"} })
	b.refresh(t)
	for _, category := range []string{"İş ΟΔΟΣ", "İŞ οδος", "İş οδοσ"} {
		assert.Equal(t, []string{"a"}, b.rows(t, &catalog.Query{Category: category}), category)
	}
	assert.Empty(t, b.rows(t, &catalog.Query{Category: "iş οδος"}))
}

// The total of a page counts what the principal may see, and pages go on in every order.
func TestG10_PublishedPagesCountWhatIsEnabled(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0", "c@1.0.0", "d@1.0.0"})
	b.install(t, "a", "b", "c", "d")
	b.put(t, deny("p", "b"))
	b.assign(t, governance.Tenant("acme"), "p")
	for _, sort := range []catalog.SortBy{catalog.ByName, catalog.ByKey, catalog.ByPublished} {
		for _, desc := range []bool{false, true} {
			want := []string{"a", "c", "d"}
			if desc {
				want = []string{"d", "c", "a"}
			}
			var got []string
			for q := (catalog.Query{Sort: sort, Desc: desc, Limit: 1}); ; {
				page, err := b.For(viewerP).PublishedPage(t.Context(), &q)
				require.NoError(t, err)
				require.Equal(t, 3, page.Total)
				for _, l := range page.Rows {
					got = append(got, string(l.Key))
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			assert.Equal(t, want, got, "%q %v", sort, desc)
		}
	}
	assert.Len(t, b.disabled(t, viewerP), 1)
}
