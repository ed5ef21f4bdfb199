package integration_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/patchbay/patchbay/installer/installertest"
)

// Connections that are made one after another, and by sixteen at once: the whole way, with a policy, a sealed secret
// and the entry of the audit log. Beside them one row of as many bytes that a program inserts durably by itself.

func BenchmarkSQLite_Create(b *testing.B)     { createBy(b, 1) }
func BenchmarkSQLite_CreateBy16(b *testing.B) { createBy(b, 16) }

func createBy(b *testing.B, writers int) {
	b.Helper()
	mine := connectableOn(b, openStore(b, newPath(b)))
	var wg sync.WaitGroup
	var left, n atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				_, err := mine.Create(b.Context(), "crm", "key", &catalog.ConnectionRequest{
					Name: fmt.Sprint("c", n.Add(1)), Params: map[string]any{"api_key": auth.NewSecret(string(value(int(n.Load()))))},
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// connectableOn is a catalog with a connector that is published, and a policy in force.
func connectableOn(b *testing.B, s catalog.Store) *catalog.Connections {
	b.Helper()
	ctx := b.Context()
	keys, err := auth.NewMemoryKeys()
	require.NoError(b, err)
	feed := catalogtest.NewFakeFeed("main")
	feed.Offer("crm", "1.0.0", []byte("crm"), func(r *connector.Release) {
		r.Manifest = &connector.Manifest{
			Key: "crm", Version: "1.0.0", Hosts: []string{"https://crm.example.com"},
			Auth: []auth.Scheme{{ID: "key", Type: auth.APIKey, In: "header", Name: "X-Key", Params: []auth.Param{{Key: "api_key", Secret: true, Role: auth.RoleRequired}}}},
		}
	})
	cat, err := catalog.Open(ctx, &catalog.Options{
		Store: s, Feeds: []catalog.Feed{feed}, Installer: &installertest.Fake{}, Keys: keys, FollowEvery: time.Hour,
	})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, cat.Close()) })
	admin, err := cat.Manage(catalog.Principal{Tenant: "acme", User: "root", Roles: []string{catalog.RoleAdmin}})
	require.NoError(b, err)
	plan, err := admin.Plan(ctx, catalog.Pick("crm", ""))
	require.NoError(b, err)
	op, err := admin.Install(ctx, plan)
	require.NoError(b, err)
	_, err = op.Wait(ctx)
	require.NoError(b, err)
	_, err = admin.PutPolicy(ctx, &governance.Policy{ID: "p"})
	require.NoError(b, err)
	_, err = admin.Assign(ctx, governance.Organization(), "p")
	require.NoError(b, err)
	return cat.For(renewUser).Connections()
}

// BenchmarkSQLite_Insert is a prepared INSERT with the settings that the store has, each a transaction of its own.
func BenchmarkSQLite_Insert(b *testing.B) {
	ctx := context.Background()
	conn, err := openDB(b, newPath(b)).Conn(ctx)
	require.NoError(b, err)
	defer conn.Close()
	for _, text := range []string{
		"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE t (key BLOB PRIMARY KEY, value BLOB NOT NULL)",
	} {
		_, err := conn.ExecContext(ctx, text)
		require.NoError(b, err)
	}
	insert, err := conn.PrepareContext(ctx, "INSERT INTO t VALUES (?, ?)")
	require.NoError(b, err)
	defer insert.Close()
	for i := 0; b.Loop(); i++ {
		if _, err := insert.ExecContext(ctx, fmt.Append(nil, "key/", i), value(i)); err != nil {
			b.Fatal(err)
		}
	}
}
