package catalog_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
)

// benchAdmin runs a benchmark on the manage view of 1,000 and of 10,000 connectors.
func benchAdmin(b *testing.B, run func(b *testing.B, admin *catalog.Admin)) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("salesforce postgres snowflake stripe hubspot zendesk slack github jira airtable drive sheets outlook teams workday sap marketo mailchimp twilio shopify kafka redis cosmos tableau segment docusign")
	word := func() string { return words[r.IntN(len(words))] }
	for _, n := range []int{1_000, 10_000} {
		var all []connector.Connector
		for i := range n {
			key := connector.Key(fmt.Sprintf("%s-%s-%05d", word(), word(), i))
			c := connector.Connector{
				Key: key, Name: word() + " for " + word(), Description: "Connects " + word() + " and " + word() + " by OAuth2 or an API key.",
				Publisher: word(), Categories: []string{word(), word()},
			}
			for _, v := range []string{"1.0.0", "1.1.0", "2.0.0-rc.1"}[i%2:] {
				c.Releases = append(c.Releases, connector.Release{Version: v, Artifact: connector.Artifact{
					URL: "docker://example/" + string(key) + ":" + v, MediaType: connector.MediaReference,
				}})
			}
			all = append(all, c)
		}
		feed := catalogtest.NewFakeFeed("main")
		feed.Set(all...)
		c, err := catalog.Open(context.Background(), &catalog.Options{Feeds: []catalog.Feed{feed}, RefreshEvery: time.Hour})
		if err != nil {
			b.Fatal(err)
		}
		admin, err := c.Manage(adminP)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			run(b, admin)
		})
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// benchPage takes one page, the first or one from the middle.
func benchPage(b *testing.B, q catalog.Query, deep bool) {
	b.Helper()
	benchAdmin(b, func(b *testing.B, admin *catalog.Admin) {
		b.Helper()
		if deep {
			half := q
			half.Limit = 500
			page, err := admin.AvailablePage(context.Background(), &half)
			if err != nil || page.Next == "" {
				b.Fatal(err, "the list has one page")
			}
			q.After = page.Next
		}
		total := 0
		for b.Loop() {
			page, err := admin.AvailablePage(context.Background(), &q)
			if err != nil || len(page.Rows) == 0 {
				b.Fatal(err, "no rows")
			}
			total = page.Total
		}
		b.ReportMetric(float64(total), "matches")
	})
}

func BenchmarkPage(b *testing.B) { benchPage(b, catalog.Query{}, false) }

func BenchmarkPageFiltered(b *testing.B) {
	benchPage(b, catalog.Query{Stage: connector.GA, Tag: catalog.LatestNotInstalled, Feed: "main"}, false)
}

func BenchmarkPageDeep(b *testing.B) {
	benchPage(b, catalog.Query{Stage: connector.GA, Feed: "main"}, true)
}
func BenchmarkPageByPublished(b *testing.B) {
	benchPage(b, catalog.Query{Sort: catalog.ByPublished}, false)
}
func BenchmarkSearchPrefix(b *testing.B) { benchPage(b, catalog.Query{Text: "snowf"}, false) }

func BenchmarkSearchTwoWords(b *testing.B) {
	benchPage(b, catalog.Query{Text: "salesforce slack"}, false)
}
func BenchmarkSearchTypo(b *testing.B) { benchPage(b, catalog.Query{Text: "salesforse"}, false) }

func BenchmarkAvailableAll(b *testing.B) {
	benchAdmin(b, func(b *testing.B, admin *catalog.Admin) {
		b.Helper()
		for b.Loop() {
			for row, err := range admin.Available(context.Background(), nil) {
				if err != nil || row.Key == "" {
					b.Fatal(err)
				}
			}
		}
	})
}
