package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mixed is a catalog with rows of every kind.
func mixed(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, nil)
	for i := range 40 {
		key := fmt.Sprintf("c%02d", (i*7)%40)
		b.offer(key+"@1.0.0", func(r *connector.Release) { r.Published = time.Date(2025, 1, 1+i%5, 0, 0, 0, 0, time.UTC) })
		if i%3 == 0 {
			b.offer(key + "@2.0.0")
		}
		b.feed.Edit(connector.Key(key), func(c *connector.Connector) {
			c.Name = fmt.Sprintf("%c Mail %d", 'Z'-rune(i%6), i%4)
			c.Description = "Sends ÄPFEL and more"
			c.Categories = []string{[]string{"Mail", "CRM"}[i%2]}
		})
	}
	b.offer("pre@1.0.0-rc.1")
	b.refresh(t)
	for _, k := range []string{"c00@1.0.0", "c07@1.0.0", "c10"} {
		b.install(t, k)
	}
	return b
}

func TestQueryAgreesWithABruteForce(t *testing.T) {
	t.Parallel()
	b := mixed(t)
	all, err := b.admin.AvailablePage(t.Context(), &catalog.Query{Limit: 1000})
	require.NoError(t, err)
	require.Len(t, all.Rows, 41)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	for range 300 {
		q := catalog.Query{
			Text: pick("", "mail", "MAIL z", "äpfel 2", "c0", "nothing"), Category: pick("", "crm", "Mail"),
			Stage: connector.Stage(pick("", "", "GA", "Preview")), Tag: catalog.Tag(pick("", "", "Active", "LatestNotInstalled")),
			Upgradable: r.IntN(6) == 0, Sort: catalog.SortBy(pick("", "key", "tag", "published")), Desc: r.IntN(2) == 0, Limit: r.IntN(8),
		}
		want := []string{}
		for _, row := range all.Rows {
			text := strings.ToLower(strings.Join(append([]string{string(row.Key), row.Name, row.Description}, row.Categories...), " "))
			ok := (q.Category == "" || len(row.Categories) > 0 && strings.EqualFold(row.Categories[0], q.Category)) &&
				(q.Stage == "" || row.Stage == q.Stage) && (q.Tag == "" || row.Tag == q.Tag) && (!q.Upgradable || row.Upgrade != "")
			for w := range strings.FieldsSeq(strings.ToLower(q.Text)) {
				ok = ok && strings.Contains(text, w)
			}
			if ok {
				want = append(want, string(row.Key))
			}
		}
		got := b.rows(t, &q)
		sorted := slices.Sorted(slices.Values(got))
		slices.Sort(want)
		require.Equal(t, strings.Join(want, " "), strings.Join(sorted, " "), "seed %d, query %+v", seed, q)

		var paged []string
		for pageQuery := q; ; {
			page, err := b.admin.AvailablePage(t.Context(), &pageQuery)
			require.NoError(t, err)
			require.Equal(t, len(want), page.Total)
			for _, row := range page.Rows {
				paged = append(paged, string(row.Key))
			}
			if page.Next == "" {
				break
			}
			pageQuery.After = page.Next
		}
		require.Equal(t, strings.Join(got, " "), strings.Join(paged, " "), "seed %d, query %+v", seed, q)
	}
}

func TestPagesDoNotShiftWhenRowsComeAndGo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"b@1.0.0", "c@1.0.0", "d@1.0.0", "e@1.0.0"})
	page, err := b.admin.AvailablePage(t.Context(), &catalog.Query{Limit: 2})
	require.NoError(t, err)
	b.offer("a@1.0.0")
	b.feed.Withdraw("c") // the last row of the page itself
	b.refresh(t)
	rest := b.rowsPage(t, &catalog.Query{Limit: 2, After: page.Next})
	assert.Equal(t, []string{"d", "e"}, rest)
}

func (b *bench) rowsPage(t *testing.T, q *catalog.Query) []string {
	t.Helper()
	page, err := b.admin.AvailablePage(t.Context(), q)
	require.NoError(t, err)
	var keys []string
	for _, r := range page.Rows {
		keys = append(keys, string(r.Key))
	}
	return keys
}

func TestBadQueryReportsEveryFault(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	_, err := b.admin.AvailablePage(t.Context(), &catalog.Query{Stage: "x", Tag: "y", Sort: "z", Limit: 1001, After: "%"})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, part := range []string{"Stage", "Tag", "Sort", "Limit", "After"} {
		require.ErrorContains(t, err, part)
	}
	_, err = b.admin.AvailablePage(t.Context(), &catalog.Query{After: "bm9qc29u"})
	require.ErrorIs(t, err, catalog.ErrInvalid)
}

func TestListsAreRestartableAndStopEarly(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0"})
	seq := b.admin.Available(t.Context(), nil)
	for range 2 {
		n := 0
		for _, err := range seq {
			require.NoError(t, err)
			n++
		}
		assert.Equal(t, 2, n)
	}
	b.offer("c@1.0.0")
	b.refresh(t)
	n := 0
	for range seq {
		n++
	}
	assert.Equal(t, 3, n, "a new range takes a new moment")
	for range seq {
		break
	}
}
