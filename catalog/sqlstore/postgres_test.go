package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// state is an error that the server answers with.
type state string

func (s state) Error() string    { return "the server's own words" }
func (s state) SQLState() string { return string(s) }

// newServer returns a PostgreSQL server that behaves, with an empty store in it.
func newServer() *fake {
	return &fake{answers: map[string]answer{
		"SELECT quote_ident":                  rows([]driver.Value{`"a schema"`}),
		"SELECT current_setting":              rows([]driver.Value{int64(150018), "15.18", "on"}),
		"SELECT name, set_config":             rows([]driver.Value{"synchronous_commit", "on"}),
		"SELECT EXISTS":                       rows([]driver.Value{false}),
		"SELECT revision, floor":              rows([]driver.Value{int64(4), int64(0), int64(2)}),
		"SELECT coalesce(max(revision), 0)":   rows([]driver.Value{int64(0)}),
		"DELETE FROM \"a schema\".patchbay_w": rows([]driver.Value{}),
	}}
}

func openServer(t *testing.T, f *fake) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), f.db(t), sqlstore.PostgreSQL, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestS2_PostgreSQLThatForgetsIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statement string
		answer    []driver.Value
		want      string
	}{
		"old":           {"SELECT current_setting", []driver.Value{int64(130014), "13.14", "on"}, "PostgreSQL is version 13.14, at least 14 is needed"},
		"no fsync":      {"SELECT current_setting", []driver.Value{int64(150018), "15.18", "off"}, "fsync"},
		"asynchronous":  {"SELECT name, set_config", []driver.Value{"synchronous_commit", "off"}, "synchronous_commit"},
		"half":          {"SELECT name, set_config", []driver.Value{"synchronous_commit", "local"}, "synchronous_commit"},
		"not there":     {"SELECT name, set_config", []driver.Value{"lock_timeout", "on"}, "synchronous_commit"},
		"no schema":     {"SELECT quote_ident", []driver.Value{nil}, "search path"},
		"broken answer": {"SELECT name, set_config", []driver.Value{nil, nil}, "converting NULL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newServer()
			f.set(c.statement, rows(c.answer))
			db := f.db(t)
			_, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
			require.ErrorContains(t, err, c.want)
			require.Zero(t, f.ran("BEGIN"), "nothing is written")
			require.Zero(t, db.Stats().InUse)
			if name != "broken answer" {
				require.ErrorIs(t, err, errors.ErrUnsupported)
			}
		})
	}
	f := newServer()
	f.set("SELECT name, set_config", rows([]driver.Value{"synchronous_commit", "remote_apply"}))
	openServer(t, f)
}

// However many ops, the server is asked once for each kind.
func TestApply_OneStatementForManyRows(t *testing.T) {
	t.Parallel()
	f := newServer()
	s := openServer(t, f)
	f.set("SELECT revision, key", rows([]driver.Value{int64(3), []byte("gone0")}, []driver.Value{int64(3), []byte("gone1")}))
	from := len(f.log)
	var ops []catalog.Op
	for _, key := range []string{"a", "b", "\x00\""} {
		ops = append(ops, catalog.Put(key, []byte("v"), catalog.Absent()))
	}
	ops = append(ops,
		catalog.Delete("gone0", catalog.At(3)), catalog.Delete("gone1", catalog.Any()), catalog.Delete("never there", catalog.Any()),
		catalog.Put("large", make([]byte, 1<<20), catalog.Any()))
	rev, err := s.Apply(t.Context(), ops...)
	require.NoError(t, err)
	require.Equal(t, catalog.Revision(5), rev)
	var words []string
	for _, statement := range f.log[from:] {
		word, _, _ := strings.Cut(statement, " ")
		words = append(words, word)
	}
	require.Equal(t, []string{
		"BEGIN", "SELECT", "SELECT", "DELETE", "DELETE", "INSERT", "INSERT", "INSERT", "WITH", "COMMIT",
	}, words)
	require.Equal(t, 1, f.ran(`INSERT INTO "a schema".patchbay_records (key, revision, value) VALUES`), "large values go alone")
	require.Contains(t, f.args, `{"\\x0022","\\x61","\\x62"}`)
	require.Contains(t, f.args, `{5,5,5}`)
	require.Contains(t, f.args, `{"\\x676f6e6530","\\x676f6e6531"}`)
}

func TestS2_WhatPassesIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"serialization": state("40001"), "deadlock": state("40P01"), "lock": state("55P03"), "starting": state("57P03"), "crowded": state("53300"),
		"stopped": state("57P01"), "crashed": state("57P02"), "idle": state("25P03"), "gone": state("08006"),
		"end": io.ErrUnexpectedEOF, "closed": net.ErrClosed, "refused": &net.OpError{Op: "dial", Err: errors.New("refused")}, "bad": driver.ErrBadConn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newServer()
				s := openServer(t, f)
				for _, statement := range []string{"BEGIN", "SELECT revision, key", "WITH writer", "COMMIT", "SELECT revision, value", "SELECT clock_timestamp()"} {
					f.set(statement, func(n int) ([][]driver.Value, error) {
						switch {
						case n == 1:
							return nil, err
						case statement == "SELECT clock_timestamp()":
							return [][]driver.Value{{time.Now()}}, nil
						}
						return nil, nil
					})
				}
				rev, err := s.Apply(t.Context(), put("a"))
				require.NoError(t, err)
				require.Equal(t, catalog.Revision(5), rev)
				_, err = s.Get(t.Context(), "a")
				require.ErrorIs(t, err, catalog.ErrNotFound)
				now, err := s.Now(t.Context())
				require.NoError(t, err)
				require.Equal(t, time.UTC, now.Location())
			})
		})
	}
}

func TestS2_ACommitThatIsLost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		commit    error
		committed int64 // what the table of writers says
		commits   int
		want      error
	}{
		{"done", io.ErrUnexpectedEOF, 5, 1, nil},
		{"not done, so done again", io.ErrUnexpectedEOF, 0, 2, nil},
		{"of an earlier one", state("57P01"), 4, 2, nil},
		{"refused, which is an answer", state("23505"), 5, 1, state("23505")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newServer()
				s := openServer(t, f)
				before := f.ran("COMMIT")
				f.set("COMMIT", func(n int) ([][]driver.Value, error) {
					if n == 1 {
						f.answers["ROLLBACK"] = fails(io.EOF)
						return nil, c.commit
					}
					return nil, nil
				})
				f.set("SELECT coalesce(max(revision), 0)", rows([]driver.Value{c.committed}))
				rev, err := s.Apply(t.Context(), put("a"))
				require.ErrorIs(t, err, c.want)
				require.NotErrorIs(t, err, sqlstore.ErrInDoubt)
				if c.want == nil {
					require.Equal(t, catalog.Revision(5), rev)
				}
				require.Equal(t, before+c.commits, f.ran("COMMIT"))
			})
		})
	}
}

func TestS2_ACommitThatCannotBeFoundOut(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]error{"out of reach": io.EOF, "another error": errDisk, "locked": state("55P03")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newServer()
				s := openServer(t, f)
				f.set("COMMIT", func(int) ([][]driver.Value, error) {
					f.answers["BEGIN"] = fails(then)
					return nil, context.DeadlineExceeded
				})
				_, err := s.Apply(t.Context(), put("a"))
				require.ErrorIs(t, err, sqlstore.ErrInDoubt)
				require.NotErrorIs(t, err, context.DeadlineExceeded)
				require.NotErrorIs(t, err, then)

				f.set("BEGIN", rows())
				f.set("COMMIT", func(int) ([][]driver.Value, error) {
					f.answers["BEGIN"] = fails(then)
					return nil, io.ErrUnexpectedEOF
				})
				start := time.Now()
				_, err = s.Apply(t.Context(), put("a"))
				require.ErrorIs(t, err, sqlstore.ErrInDoubt)
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				require.LessOrEqual(t, time.Since(start), 31*time.Second)
			})
		})
	}
}

func TestPostgreSQL_NoRoom(t *testing.T) {
	t.Parallel()
	f := newServer()
	s := openServer(t, f)
	f.set(`INSERT INTO "a schema".patchbay_records`, fails(state("53100")))
	_, err := s.Apply(t.Context(), put("a"))
	require.ErrorIs(t, err, catalog.ErrStoreFull)
	f.set("SELECT clock_timestamp()", fails(errDisk))
	_, err = s.Now(t.Context())
	require.ErrorIs(t, err, errDisk)
}
