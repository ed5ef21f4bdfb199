package integration_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
)

// TestBackupAndRestore holds what internal/docs/operations.md says of a restored store, with the
// commands it names.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) (catalog.Store, func() catalog.Store){
		"SQLite": sqliteBackup, "PostgreSQL": postgresBackup,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, restore := open(t)
			var opts catalog.Options
			cat := catalogtest.NewWith(t, func(o *catalog.Options) {
				o.Store = store
				opts = *o
			}, "slack@1.0.0")
			cat.Feed.SetIndex(5, time.Time{})
			require.NoError(t, cat.Admin.Refresh(t.Context()))
			cat.Install(t, "slack@1.0.0")
			cat.Register(t, "", "slack", "oauth2")
			viewer := catalogtest.Principal(catalog.RoleViewer)
			conn := cat.Connect(t, viewer, "slack", "mine")
			quiet := cat.Connect(t, viewer, "slack", "quiet")
			anchor, err := cat.Admin.VerifyAudit(t.Context())
			require.NoError(t, err)

			opts.Store = restore() // as it is now; the program goes on

			cat.Offer("slack@1.1.0")
			cat.Feed.SetIndex(9, time.Time{})
			require.NoError(t, cat.Admin.Refresh(t.Context()))
			cat.Install(t, "slack@1.1.0")
			cat.Clock.Advance(24 * time.Hour)
			works, err := cat.Viewer.Connections().Test(t.Context(), conn.ID) // renews the token
			require.NoError(t, err)
			require.True(t, works.OK, works.Reason)
			cat.Feed.SetIndex(6, time.Time{}) // withdrawn
			require.ErrorIs(t, cat.Admin.Refresh(t.Context()), catalog.ErrRollback)
			require.NoError(t, cat.Close())

			opts.RefreshEvery = -1
			again, err := catalog.Open(t.Context(), &opts)
			require.NoError(t, err)
			defer func() { require.NoError(t, again.Close()) }()
			admin, err := again.Manage(catalogtest.Principal(catalog.RoleAdmin))
			require.NoError(t, err)
			end, err := admin.VerifyAudit(t.Context(), anchor)
			require.NoError(t, err)
			require.Equal(t, anchor, end)

			cat.Installer.Lose("slack", "1.0.0")
			for v, err := range admin.Verify(t.Context(), "") {
				require.NoError(t, err)
				require.Error(t, v.Err)
				plan, err := admin.Plan(t.Context(), catalog.Pick(string(v.Key), v.Version))
				require.NoError(t, err)
				op, err := admin.Install(t.Context(), plan)
				require.NoError(t, err)
				st, err := op.Wait(t.Context())
				require.NoError(t, err)
				require.Equal(t, catalog.Done, st.Items[0].State)
			}
			for v, err := range admin.Verify(t.Context(), "") {
				require.NoError(t, err)
				require.NoError(t, v.Err)
			}
			removed := 0
			require.Eventually(t, func() bool { // the end of the operation is still being written
				removed, err = admin.Sweep(t.Context())
				return !errors.Is(err, catalog.ErrInUse)
			}, 30*time.Second, 10*time.Millisecond)
			require.NoError(t, err)
			require.Equal(t, 1, removed) // 1.1.0

			require.NoError(t, admin.Refresh(t.Context()), "an index that was withdrawn is taken")

			conns := again.For(viewer).Connections()
			require.NoError(t, admin.Quarantine(t.Context(), quiet.ID, "restored"))
			_, err = conns.BeginReauthenticate(t.Context(), quiet.ID, &catalog.ReauthRequest{Browser: catalogtest.Browser()})
			require.ErrorIs(t, err, catalog.ErrForbidden)
			require.NoError(t, admin.Release(t.Context(), quiet.ID))
			begun, err := conns.BeginReauthenticate(t.Context(), quiet.ID, &catalog.ReauthRequest{Browser: catalogtest.Browser()})
			require.NoError(t, err)
			_, err = conns.Complete(t.Context(), begun.ID, cat.Agree(t, begun), catalogtest.Browser())
			require.NoError(t, err)
			require.Zero(t, cat.Auth.Reused())

			works, err = conns.Test(t.Context(), conn.ID)
			require.NoError(t, err)
			require.Equal(t, catalog.ConnectionNeedsReauth, works.State)
			require.Equal(t, 1, cat.Auth.Reused())
		})
	}
}

func sqliteBackup(t *testing.T) (catalog.Store, func() catalog.Store) {
	t.Helper()
	s := openStore(t, newPath(t))
	return s, func() catalog.Store {
		copied := filepath.Join(t.TempDir(), "backup.db")
		_, err := openDB(t, s.path).ExecContext(t.Context(), `VACUUM INTO ?`, copied)
		require.NoError(t, err)
		return openStore(t, copied)
	}
}

func postgresBackup(t *testing.T) (catalog.Store, func() catalog.Store) {
	t.Helper()
	c := pgcluster.NeedOwn(t)
	p := newPlace(t)
	return p.store(t, nil), func() catalog.Store {
		db := "restored_" + strings.ToLower(rand.Text())
		dsn := strings.Replace(p.DSN, "dbname=postgres", "dbname="+db, 1)
		require.NoError(t, c.Run(t.Context(), "pg_dump", "-d", p.DSN, "-n", pgx.Identifier{p.Schema}.Sanitize(), "-f", db+".sql"))
		require.NoError(t, c.Run(t.Context(), "createdb", "--maintenance-db", p.DSN, db))
		require.NoError(t, c.Run(t.Context(), "psql", "-d", dsn, "-q", "-v", "ON_ERROR_STOP=1", "-f", db+".sql"))
		return place{pgcluster.Place{DSN: dsn, Schema: p.Schema}}.store(t, nil)
	}
}
