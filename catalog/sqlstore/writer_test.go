package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
)

var errDisk = errors.New("disk I/O error")

func TestApply_FailsAsAWhole(t *testing.T) {
	t.Parallel()
	one := rows([]driver.Value{int64(7), int64(0), int64(3)})
	for _, statement := range []string{
		"BEGIN", "SELECT revision, floor", "SELECT revision, key FROM patchbay_records", "INSERT INTO patchbay_records",
		"DELETE FROM patchbay_records", "INSERT INTO patchbay_deletions", "DELETE FROM patchbay_deletions", "UPDATE patchbay_state",
	} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			f.set("SELECT revision, floor", one)
			s := open(t, f)
			commits := f.ran("COMMIT")
			f.set(statement, fails(errDisk))
			ops := []catalog.Op{put("a")}
			if statement == "DELETE FROM patchbay_records" || statement == "INSERT INTO patchbay_deletions" {
				f.set("SELECT revision, key FROM patchbay_records", rows([]driver.Value{int64(1), []byte("a")}))
				ops = []catalog.Op{catalog.Delete("a", catalog.Any())}
			}
			_, err := s.Apply(t.Context(), ops...)
			require.ErrorIs(t, err, errDisk)
			require.Equal(t, commits, f.ran("COMMIT"))

			f.set(statement, rows([]driver.Value{int64(7), int64(0), int64(3)}))
			f.set("SELECT revision, key FROM patchbay_records", rows())
			rev, err := s.Apply(t.Context(), put("b"))
			require.NoError(t, err, "and then it works again")
			require.Equal(t, catalog.Revision(8), rev)
		})
	}
}

// The end of the context is noticed between statements, and nothing is committed
// then; a COMMIT that has begun is not interrupted.
func TestApply_TheContextEndsMeanwhile(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"SELECT revision, floor", "SELECT revision, key FROM patchbay_records", "INSERT INTO patchbay_records", "UPDATE patchbay_state"} {
		f := newFake()
		s := open(t, f)
		commits := f.ran("COMMIT")
		ctx, cancel := context.WithCancel(t.Context())
		then := f.answers[statement]
		f.set(statement, func(int) ([][]driver.Value, error) {
			cancel()
			if then == nil {
				return nil, nil
			}
			return then(0)
		})
		_, err := s.Apply(ctx, put("a"), put("b"))
		require.ErrorIs(t, err, context.Canceled, statement)
		require.Equal(t, commits, f.ran("COMMIT"), statement)
		require.Equal(t, 1, f.ran("ROLLBACK"), statement)
	}

	f := newFake()
	s := open(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.set("COMMIT", func(int) ([][]driver.Value, error) { cancel(); return nil, nil })
	rev, err := s.Apply(ctx, put("a"))
	require.NoError(t, err)
	require.Equal(t, catalog.Revision(1), rev)
}

func TestApply_AFailedCommitIsNotTheContexts(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := open(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.set("COMMIT", func(int) ([][]driver.Value, error) { cancel(); return nil, errDisk })
	_, err := s.Apply(ctx, put("a"))
	require.ErrorIs(t, err, errDisk)
	require.NotErrorIs(t, err, context.Canceled, "that would say that nothing has changed")
	require.Equal(t, 1, f.ran("ROLLBACK"))
}

func TestApply_ABrokenConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := open(t, f)
	before := f.ran("SELECT sqlite_version()")
	f.set("COMMIT", fails(errDisk))
	f.set("ROLLBACK", fails(errDisk))
	_, err := s.Apply(t.Context(), put("a"))
	require.ErrorIs(t, err, errDisk)
	f.set("COMMIT", rows())
	_, err = s.Apply(t.Context(), put("a"))
	require.NoError(t, err)
	require.Equal(t, before+1, f.ran("SELECT sqlite_version()"), "the new one is checked, too")

	f.set("BEGIN", func(n int) ([][]driver.Value, error) {
		if n == 1 {
			return nil, driver.ErrBadConn
		}
		return nil, nil
	})
	for range 3 {
		if _, err = s.Apply(t.Context(), put("a")); err == nil {
			break
		}
	}
	require.NoError(t, err)
}

func TestApply_NoRoom(t *testing.T) {
	t.Parallel()
	for _, full := range []error{coded(13), errors.New("database or disk is full (13)")} {
		f := newFake()
		s := open(t, f)
		f.set("INSERT INTO patchbay_records", fails(full))
		_, err := s.Apply(t.Context(), put("a"))
		require.ErrorIs(t, err, catalog.ErrStoreFull)
		require.ErrorIs(t, err, full)
	}
}

func TestReads_SayWhatFailed(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := open(t, f)
	f.set("SELECT revision, value", fails(errDisk))
	_, err := s.Get(t.Context(), "a")
	require.ErrorIs(t, err, errDisk)
	f.set("SELECT key, revision, value", fails(errDisk))
	_, err = s.List(t.Context(), "", "", 1)
	require.ErrorIs(t, err, errDisk)
	f.set("SELECT revision, key, value", fails(errDisk))
	f.set("SELECT revision, floor", rows([]driver.Value{int64(7), int64(0), int64(0)}))
	_, _, err = s.Changes(t.Context(), 0, 1)
	require.ErrorIs(t, err, errDisk)
	f.set("SELECT revision, key, value", rows())
	_, _, err = s.Changes(t.Context(), 0, 1)
	require.ErrorContains(t, err, "missing", "and does not look for ever")
	f.set("SELECT revision, floor", fails(errDisk))
	_, _, err = s.Changes(t.Context(), 0, 1)
	require.ErrorIs(t, err, errDisk)
	_, err = s.Watch(t.Context())
	require.ErrorIs(t, err, errDisk)
	// Columns that are not what they should be.
	f.set("SELECT key, revision, value", rows([]driver.Value{[]byte("a"), "x", nil}))
	_, err = s.List(t.Context(), "", "", 1)
	require.Error(t, err)
}

// What a page's keys move on to while it is read is read again.
func TestChanges_WhatMovesOnIsReadAgain(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := open(t, f)
	f.set("SELECT revision, floor", func(n int) ([][]driver.Value, error) {
		return [][]driver.Value{{int64(4 + n), int64(0), int64(0)}}, nil
	})
	change := func(rev int64, key string, floor int64) []driver.Value {
		return []driver.Value{rev, []byte(key), []byte("v"), int64(0), floor}
	}
	f.set("SELECT revision, key, value", func(n int) ([][]driver.Value, error) {
		switch n {
		case 1: // more than the limit, all of one revision
			return [][]driver.Value{change(5, "a", 0), change(5, "b", 0)}, nil
		case 2: // which is gone when it is read whole
			return nil, nil
		case 3:
			return [][]driver.Value{change(6, "b", 0), change(6, "a", 0)}, nil
		default:
			return [][]driver.Value{change(6, "b", 0), change(6, "a", 0), change(6, "c", 0)}, nil
		}
	})
	page, next, err := s.Changes(t.Context(), 4, 1)
	require.NoError(t, err)
	require.Equal(t, catalog.Revision(6), next)
	require.Len(t, page, 3)
	require.Equal(t, "a", page[0].Key)

	// Deletions that are forgotten between two reads are not passed over.
	f.set("SELECT revision, floor", func(n int) ([][]driver.Value, error) {
		return [][]driver.Value{{int64(9), int64(min(n-1, 1) * 8), int64(0)}}, nil
	})
	f.set("SELECT revision, key, value", rows(change(9, "a", 8)))
	_, next, err = s.Changes(t.Context(), 4, 1)
	require.ErrorIs(t, err, catalog.ErrCompacted)
	require.Equal(t, catalog.Revision(9), next)
}
