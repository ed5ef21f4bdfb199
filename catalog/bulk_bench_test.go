package catalog_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

// BenchmarkInstallAll installs every connector of a feed by reference. The time for
// one item must not grow with their number.
func BenchmarkInstallAll(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				feed := catalogtest.NewFakeFeed("main")
				var all []connector.Connector
				for i := range n {
					key := connector.Key(fmt.Sprintf("c%05d", i))
					all = append(all, connector.Connector{Key: key, Name: string(key), Releases: []connector.Release{{
						Version:  "1.0.0",
						Artifact: connector.Artifact{URL: "docker://example/" + string(key) + ":1.0.0", MediaType: connector.MediaReference},
						Manifest: &connector.Manifest{Key: key, Version: "1.0.0", Hosts: []string{"api.example.com"}},
					}}})
				}
				feed.Set(all...)
				c, err := catalog.Open(context.Background(), &catalog.Options{
					Feeds: []catalog.Feed{feed}, Installer: refinstaller.New(nil), RefreshEvery: time.Hour,
				})
				if err != nil {
					b.Fatal(err)
				}
				admin, err := c.Manage(adminP)
				if err != nil {
					b.Fatal(err)
				}
				picks := make([]catalog.Choice, n)
				for i := range picks {
					picks[i] = catalog.Pick(string(all[i].Key), "")
				}
				b.StartTimer()
				plan, err := admin.Plan(context.Background(), picks...)
				if err != nil {
					b.Fatal(err)
				}
				op, err := admin.Install(context.Background(), plan)
				if err != nil {
					b.Fatal(err)
				}
				st, err := op.Wait(context.Background())
				if err != nil || st.Failed() > 0 {
					b.Fatal(err, st.Failed())
				}
				b.StopTimer()
				if err := c.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/item")
		})
	}
}
