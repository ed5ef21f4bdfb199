package catalog_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

// BenchmarkTokenValid asks for a token that has not ended: of one account, of many in turn, and by all
// processors at once. The clock is the default one, unless the name says otherwise.
func BenchmarkTokenValid(b *testing.B) {
	b.Run("one", func(b *testing.B) { valid(b, 1, nil) })
	b.Run("thousand", func(b *testing.B) { valid(b, 1000, nil) })
	b.Run("own clock", func(b *testing.B) { valid(b, 1, time.Now) })
	b.Run("parallel", func(b *testing.B) {
		src := sources(b, 1, nil)[0]
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := src.Credentials(b.Context(), nil); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func valid(b *testing.B, accounts int, clock func() time.Time) {
	b.Helper()
	all, ctx := sources(b, accounts, clock), b.Context()
	b.ReportAllocs()
	for i := 0; b.Loop(); {
		if _, err := all[i].Credentials(ctx, nil); err != nil {
			b.Fatal(err)
		}
		if i++; i == len(all) {
			i = 0
		}
	}
}

// sources are those of connections with a token, each of which was asked once.
func sources(b *testing.B, n int, clock func() time.Time) []auth.Source {
	b.Helper()
	keys, err := auth.NewMemoryKeys()
	require.NoError(b, err)
	server := authtest.NewServer(nil)

	cat, err := catalog.Open(b.Context(), &catalog.Options{
		Feeds: []catalog.Feed{offered(b, server)}, Installer: newFakeDisk(), Keys: keys, Clock: clock,
		Tokens: &auth.TokenOptions{HTTPClient: server.HTTPClient()},
	})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, cat.Close()) })
	admin, err := cat.Manage(adminP)
	require.NoError(b, err)
	plan, err := admin.Plan(b.Context(), catalog.Pick("crm", ""))
	require.NoError(b, err)
	op, err := admin.Install(b.Context(), plan)
	require.NoError(b, err)
	_, err = op.Wait(b.Context())
	require.NoError(b, err)
	_, err = admin.PutApp(b.Context(), &catalog.App{Connector: "crm", Scheme: "machine", App: *server.App()})
	require.NoError(b, err)
	all, mine := make([]auth.Source, n), cat.For(viewerP).Connections()
	for i := range all {
		conn, err := mine.Create(b.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: fmt.Sprint("c", i)})
		require.NoError(b, err)
		all[i], err = mine.Source(b.Context(), conn.ID)
		require.NoError(b, err)
		_, err = all[i].Credentials(context.Background(), nil)
		require.NoError(b, err)
	}
	return all
}

func offered(b *testing.B, server *authtest.Server) catalog.Feed {
	b.Helper()
	machine := server.Scheme(auth.ClientCredentials)
	machine.ID = "machine"
	feed := catalogtest.NewFakeFeed("main")
	feed.Offer("crm", "1.0.0", []byte("crm"), func(r *connector.Release) {
		r.Manifest = &connector.Manifest{Key: "crm", Version: "1.0.0", Hosts: []string{"https://login.example.com"}, Auth: []auth.Scheme{*machine}}
	})
	return feed
}
