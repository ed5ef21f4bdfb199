package integration_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
)

func openAdmin(tb testing.TB, s catalog.Store) *catalog.Admin {
	tb.Helper()
	cat, err := catalog.Open(tb.Context(), &catalog.Options{Store: s, RefreshEvery: -1, FollowEvery: time.Hour})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, cat.Close()) })
	admin, err := cat.Manage(catalog.Principal{Tenant: "acme", User: "root", Roles: []string{catalog.RoleAdmin}})
	require.NoError(tb, err)
	return admin
}

// skip is a commit that has to do with no other one but by the audit log.
func skip(ctx context.Context, admin *catalog.Admin, publisher string) (string, error) {
	effect, err := admin.Skip(ctx, publisher+"/*", &catalog.Skip{Versions: "1.0.0", Reason: "a test"})
	if err != nil {
		return "", err
	}
	return effect.ID, nil
}

// Changes that have nothing to do with each other are one write, although each has an entry in the one audit
// log; and the log is whole, also when others write to it, too (S3).
func TestS4_CommitsOfACatalogAreOneWrite(t *testing.T) {
	t.Parallel()
	const commits = 20
	s := openStore(t, newPath(t))
	admin, other := openAdmin(t, s), openAdmin(t, openStore(t, s.path))
	db := openDB(t, s.path)
	for _, statement := range []string{
		`CREATE TABLE writes (n INTEGER)`,
		`CREATE TRIGGER note AFTER UPDATE ON patchbay_state BEGIN INSERT INTO writes VALUES (1); END`,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	release := lock(t, s.path)
	var begun, wg sync.WaitGroup
	begun.Add(commits)
	for i := range commits {
		wg.Go(func() {
			begun.Done()
			if _, err := skip(t.Context(), admin, fmt.Sprint("publisher", i)); err != nil {
				t.Error(err)
			}
		})
	}
	begun.Wait()
	time.AfterFunc(50*time.Millisecond, release)
	wg.Wait()
	var writes int
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM writes`).Scan(&writes))
	require.Less(t, writes, commits/2)

	for i := range commits {
		wg.Go(func() {
			who := []*catalog.Admin{admin, other}[i%2]
			if _, err := skip(t.Context(), who, fmt.Sprint("another", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	head, err := admin.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.Equal(t, uint64(2*commits), head.Seq)
	n := 0
	for _, err := range admin.Skips(t.Context(), "") {
		require.NoError(t, err)
		n++
	}
	require.GreaterOrEqual(t, n, commits+commits/2, "one's own are there at once")
}
