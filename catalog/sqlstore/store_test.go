package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

func open(t *testing.T, f *fake) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), f.db(t), sqlstore.SQLite, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func put(key string) catalog.Op { return catalog.Put(key, nil, catalog.Any()) }

func TestOpen_RefusesBadArguments(t *testing.T) {
	t.Parallel()
	_, err := sqlstore.Open(t.Context(), nil, sqlstore.SQLite, nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	_, err = sqlstore.Open(t.Context(), newFake().db(t), 77, nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "Dialect(77)")
	require.Equal(t, "SQLite", sqlstore.SQLite.String())
	for _, prefix := range []string{"1a", "a-b", "A", "ä", "a b", `a"`, "a;", strings.Repeat("a", 33)} {
		_, err = sqlstore.Open(t.Context(), newFake().db(t), sqlstore.SQLite, &sqlstore.Options{Prefix: prefix})
		require.ErrorIs(t, err, catalog.ErrInvalid, prefix)
	}
	db := newFake().db(t)
	db.SetMaxOpenConns(1)
	_, err = sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
}

func TestS2_OldSQLiteIsRefused(t *testing.T) {
	t.Parallel()
	for version, ok := range map[string]bool{
		"3.51.3": true, "3.51.10": true, "3.52": true, "4.0.0": true, "10.0.0": true,
		"3.51.2": false, "3.51": false, "3.9.99": false, "3.50.7": false, "2.99.99": false, "": false, "x": false,
	} {
		f := newFake()
		f.set("SELECT sqlite_version()", rows([]driver.Value{version}))
		db := f.db(t)
		s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
		if ok {
			require.NoError(t, err, version)
			require.NoError(t, s.Close())
			continue
		}
		var old *sqlstore.VersionError
		require.ErrorAs(t, err, &old, version)
		require.Equal(t, sqlstore.VersionError{Software: "SQLite", Version: version, Need: "3.51.3"}, *old)
		require.ErrorIs(t, err, errors.ErrUnsupported)
		require.Zero(t, db.Stats().InUse)
		require.Zero(t, f.ran("BEGIN"), "nothing is written")
	}
}

func TestS2_TheWriterIsDurable(t *testing.T) {
	t.Parallel()
	f := newFake()
	for pragma, values := range map[string][2]driver.Value{
		"PRAGMA busy_timeout": {int64(5000), int64(0)},
		"PRAGMA journal_mode": {"delete", "wal"},
		"PRAGMA synchronous":  {int64(1), int64(2)},
		"PRAGMA fullfsync":    {int64(0), int64(1)},
		"PRAGMA temp_store":   {int64(0), int64(2)},
	} {
		f.set(pragma, func(n int) ([][]driver.Value, error) { return [][]driver.Value{{values[min(n, 3)/3]}}, nil })
	}
	s := open(t, f)
	_, err := s.Apply(t.Context(), put("a"))
	require.NoError(t, err)
	for _, statement := range []string{
		"PRAGMA busy_timeout = 0", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA fullfsync = ON",
		"PRAGMA temp_store = MEMORY",
	} {
		require.Equal(t, 1, f.ran(statement), statement)
	}
	require.Equal(t, f.ran("BEGIN"), f.ran("BEGIN IMMEDIATE"))

	// A setting that does not stick is not put up with.
	f = newFake()
	f.set("PRAGMA journal_mode", rows([]driver.Value{"delete"}))
	_, err = sqlstore.Open(t.Context(), f.db(t), sqlstore.SQLite, nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "journal_mode")
}

func TestS2_BusyIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, busy := range map[string]error{
		"by code": coded(5), "by extended code": coded(5 | 2<<8), "locked": coded(6), "by text": errors.New("database is locked (5)"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				for _, statement := range []string{"PRAGMA journal_mode", "BEGIN", "COMMIT", "SELECT revision, value"} {
					then := f.answers[statement]
					f.set(statement, func(n int) ([][]driver.Value, error) {
						if n%4 != 0 {
							return nil, busy
						}
						if then == nil {
							return nil, nil
						}
						return then(0)
					})
				}
				s := open(t, f)
				rev, err := s.Apply(t.Context(), put("a"))
				require.NoError(t, err)
				require.Equal(t, catalog.Revision(1), rev)
				_, err = s.Get(t.Context(), "a")
				require.ErrorIs(t, err, catalog.ErrNotFound)
			})
		})
	}
}

// A list that meets a lock half way is read anew, not doubled.
func TestS2_AListIsReadAnew(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := open(t, f)
	row := []driver.Value{[]byte("a"), int64(1), []byte("v")}
	f.set("SELECT key, revision, value", func(n int) ([][]driver.Value, error) {
		if n < 3 {
			return [][]driver.Value{row, {coded(5), nil, nil}}, nil
		}
		return [][]driver.Value{row}, nil
	})
	list, err := s.List(t.Context(), "", "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

func TestS2_WaitingIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := open(t, f)
		f.set("BEGIN", fails(coded(5)))
		start := time.Now()
		_, err := s.Apply(t.Context(), put("a"))
		require.ErrorIs(t, err, sqlstore.ErrBusy)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.WithinDuration(t, start.Add(30*time.Second), time.Now(), time.Second, "without a deadline")

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		start = time.Now()
		_, err = s.Apply(ctx, put("a"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, sqlstore.ErrBusy)
		require.WithinDuration(t, start.Add(5*time.Minute), time.Now(), time.Second, "with a deadline")
		require.Less(t, f.ran("BEGIN"), 1_000_000, "there are pauses")

		f.set("BEGIN", rows())
		_, err = s.Apply(t.Context(), put("a"))
		require.NoError(t, err, "and then it works again")
	})
}

func TestS2_CloseEndsWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := open(t, f)
		f.set("BEGIN", fails(coded(5)))
		f.set("SELECT revision, value", fails(coded(5)))
		done := make(chan error, 3)
		for range 2 { // one waits for the lock, one for its turn
			go func() {
				_, err := s.Apply(t.Context(), put("a"))
				done <- err
			}()
		}
		go func() {
			_, err := s.Get(t.Context(), "a")
			done <- err
		}()
		waiting, stop := context.WithCancel(t.Context())
		cancelled := make(chan error)
		go func() { // and one for its turn, in vain
			_, err := s.Apply(waiting, put("a"))
			cancelled <- err
		}()
		time.Sleep(time.Second)
		stop()
		require.ErrorIs(t, <-cancelled, context.Canceled)
		start := time.Now()
		require.NoError(t, s.Close())
		for range cap(done) {
			err := <-done
			require.ErrorIs(t, err, catalog.ErrClosed)
			require.ErrorIs(t, err, fs.ErrClosed)
		}
		require.Less(t, time.Since(start), time.Second)
		require.NoError(t, s.Close())
	})
}

func TestNow_IsTheClockOfTheOptions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("here", 3600))
	s, err := sqlstore.Open(t.Context(), newFake().db(t), sqlstore.SQLite, &sqlstore.Options{Now: func() time.Time { return at }})
	require.NoError(t, err)
	now, err := s.Now(t.Context())
	require.NoError(t, err)
	require.True(t, now.Equal(at))
	require.Equal(t, time.UTC, now.Location())
	require.NoError(t, s.Close())
	_, err = s.Now(t.Context())
	require.ErrorIs(t, err, catalog.ErrClosed)
}
