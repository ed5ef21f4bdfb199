package integration_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
)

// What comes while others have the lock is one transaction: the row of counters is written once for all.
func TestS4_WhatWaitsIsOneTransaction(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, newPath(t))
		db := openDB(t, s.path)
		for _, statement := range []string{
			`CREATE TABLE writes (n INTEGER)`,
			`CREATE TRIGGER note AFTER UPDATE ON patchbay_state BEGIN INSERT INTO writes VALUES (1); END`,
		} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		applyTogether(t, s, lock(t, s.path), func() (n int) {
			require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM writes`).Scan(&n))
			return n
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		p := newPlace(t)
		s, db := p.store(t, nil), p.db(t, nil)
		for _, statement := range []string{
			`CREATE TABLE writes (n int)`,
			`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO writes VALUES (1); RETURN NULL; END $$`,
			`CREATE TRIGGER note AFTER UPDATE ON patchbay_state FOR EACH STATEMENT EXECUTE FUNCTION note()`,
		} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		applyTogether(t, s, p.lock(t), func() (n int) {
			require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM writes`).Scan(&n))
			return n
		})
	})
}

func applyTogether(t *testing.T, s catalog.Store, release func(), writes func() int) {
	t.Helper()
	const applys = 20
	revs := make([]catalog.Revision, applys)
	var begun, wg sync.WaitGroup
	begun.Add(applys)
	for i := range revs {
		wg.Go(func() {
			begun.Done()
			rev, err := s.Apply(t.Context(),
				catalog.Put(fmt.Sprintf("own/%02d", i), nil, catalog.Absent()),
				catalog.Put(fmt.Sprint("claim/", i%(applys/2)), fmt.Append(nil, i), catalog.Absent()))
			if err != nil && !errors.Is(err, catalog.ErrConflict) {
				t.Error(err)
			}
			revs[i] = rev
		})
	}
	begun.Wait()
	time.AfterFunc(50*time.Millisecond, release) // they are in the queue by then, mostly
	wg.Wait()
	seen := map[catalog.Revision]bool{}
	for i, rev := range revs {
		_, err := s.Get(t.Context(), fmt.Sprintf("own/%02d", i))
		if rev == 0 {
			require.ErrorIs(t, err, catalog.ErrNotFound, "half of one that failed")
			continue
		}
		require.NoError(t, err)
		require.False(t, seen[rev], "revision %d was given twice", rev)
		seen[rev] = true
		r, err := s.Get(t.Context(), fmt.Sprint("claim/", i%(applys/2)))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), string(r.Value))
		require.Equal(t, rev, r.Revision)
	}
	require.Len(t, seen, applys/2)
	require.Less(t, writes(), applys/2, "transactions for as many Applys")
}
