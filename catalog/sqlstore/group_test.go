package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// outcome is what an Apply returned.
type outcome struct {
	rev catalog.Revision
	err error
}

// together starts Applys, in this order, while others have the lock, and returns what each will return,
// and how to let them have it.
func together(t *testing.T, f *fake, applys ...func() (catalog.Revision, error)) ([]chan outcome, func()) {
	t.Helper()
	var free atomic.Bool
	f.set("BEGIN", func(int) ([][]driver.Value, error) {
		if !free.Load() {
			return nil, both{}
		}
		return nil, nil
	})
	var outcomes []chan outcome
	for _, apply := range applys {
		c := make(chan outcome, 1)
		outcomes = append(outcomes, c)
		go func() {
			rev, err := apply()
			c <- outcome{rev, err}
		}()
		synctest.Wait()
	}
	return outcomes, func() { free.Store(true) }
}

// both is an error that either dialect takes for a lock.
type both struct{}

func (both) Error() string    { return "locked" }
func (both) Code() int        { return 5 }
func (both) SQLState() string { return "55P03" }

// dialects runs a test with a database of each kind, at revision 4.
func dialects(t *testing.T, test func(t *testing.T, f *fake, s *sqlstore.Store)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T) (*fake, *sqlstore.Store){
		"SQLite": func(t *testing.T) (*fake, *sqlstore.Store) {
			f := newFake()
			f.set("SELECT revision, floor", rows([]driver.Value{int64(4), int64(0), int64(0)}))
			return f, open(t, f)
		},
		"PostgreSQL": func(t *testing.T) (*fake, *sqlstore.Store) {
			f := newServer()
			return f, openServer(t, f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f, s := open(t)
				test(t, f, s)
			})
		})
	}
}

func TestS4_WhatWaitsIsOneWrite(t *testing.T) {
	t.Parallel()
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		apply := func(ops ...catalog.Op) func() (catalog.Revision, error) {
			return func() (catalog.Revision, error) { return s.Apply(t.Context(), ops...) }
		}
		commits := f.ran("COMMIT")
		got, free := together(t, f,
			apply(put("a")),
			apply(put("b"), catalog.Put("claim", nil, catalog.Absent())),
			apply(put("c"), catalog.Put("claim", nil, catalog.Absent())), // the one before has it
			apply(catalog.Check("a", catalog.At(5))),                     // as the first left it
			apply(put("a")),
			apply(catalog.Delete("a", catalog.At(7))),
			apply(catalog.Delete("claim", catalog.Any()), catalog.Check("a", catalog.Absent())),
			apply(catalog.Put("claim", nil, catalog.Absent())),
		)
		free()
		for i, want := range []catalog.Revision{5, 6, 0, 6, 7, 8, 9, 10} {
			o := <-got[i]
			if want == 0 {
				var conflict *catalog.ConflictError
				require.ErrorAs(t, o.err, &conflict)
				require.Equal(t, catalog.ConflictError{Index: 1, Key: "claim"}, *conflict)
				continue
			}
			require.NoError(t, o.err, i)
			require.Equal(t, want, o.rev, i)
		}
		require.Equal(t, commits+1, f.ran("COMMIT"))
	})
}

// What cannot be written fails alone.
func TestS4_OneThatFailsSpoilsNothing(t *testing.T) {
	t.Parallel()
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		var applys []func() (catalog.Revision, error)
		for i := range 5 {
			applys = append(applys, func() (catalog.Revision, error) {
				return s.Apply(t.Context(), put([]string{"a", "b", "poison", "d", "e"}[i]))
			})
		}
		f.refuse = "poison"
		rollbacks := f.ran("ROLLBACK")
		got, free := together(t, f, applys...)
		free()
		for i, c := range got {
			if o := <-c; i == 2 {
				require.ErrorIs(t, o.err, errDisk)
			} else {
				require.NoError(t, o.err, i)
			}
		}
		require.Equal(t, rollbacks+2, f.ran("ROLLBACK"), "of all of them, and of the one")
		_, err := s.Apply(t.Context(), put("f"))
		require.NoError(t, err)
	})
}

func TestS4_WhoGivesUpLeavesTheOthers(t *testing.T) {
	t.Parallel()
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		apply := func(ctx context.Context, key string) func() (catalog.Revision, error) {
			return func() (catalog.Revision, error) { return s.Apply(ctx, put(key)) }
		}
		first, giveUpFirst := context.WithCancel(t.Context())
		third, giveUpThird := context.WithCancel(t.Context())
		got, free := together(t, f, apply(first, "a"), apply(t.Context(), "b"), apply(third, "c"), apply(t.Context(), "d"))
		giveUpFirst() // leads
		giveUpThird() // waits
		for _, i := range []int{0, 2} {
			require.ErrorIs(t, (<-got[i]).err, context.Canceled)
		}
		free()
		require.ElementsMatch(t, []outcome{{5, nil}, {6, nil}}, []outcome{<-got[1], <-got[3]})
		for _, arg := range f.args {
			key, _ := arg.([]byte)
			text, _ := arg.(string)
			require.NotContains(t, []string{"a", "c"}, string(key))
			require.NotContains(t, text, `\\x61"`)
		}
	})
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		ctx, giveUp := context.WithCancel(t.Context())
		defer giveUp()
		for _, save := range []string{"UPDATE patchbay_state", "WITH writer"} {
			f.set(save, func(int) ([][]driver.Value, error) { giveUp(); return nil, nil })
		}
		got, free := together(t, f,
			func() (catalog.Revision, error) { return s.Apply(ctx, put("leads")) },
			func() (catalog.Revision, error) { return s.Apply(t.Context(), put("other")) })
		free()
		require.Equal(t, outcome{5, nil}, <-got[0], "it is too late to give up")
		require.Equal(t, outcome{6, nil}, <-got[1])
	})
}

// Who gives up when it is too late, and is then not served after all, is let go.
func TestS4_WhoGivesUpInAGroupThatFails(t *testing.T) {
	t.Parallel()
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		ctx, giveUp := context.WithCancel(t.Context())
		defer giveUp()
		f.refuse = "poison"
		f.set("SELECT revision, key", func(int) ([][]driver.Value, error) {
			giveUp()
			synctest.Wait() // the other one has noticed
			return nil, nil
		})
		got, free := together(t, f,
			func() (catalog.Revision, error) { return s.Apply(t.Context(), put("poison")) },
			func() (catalog.Revision, error) { return s.Apply(ctx, put("other")) })
		free()
		require.ErrorIs(t, (<-got[0]).err, errDisk)
		if o := <-got[1]; o.err == nil {
			require.Equal(t, catalog.Revision(5), o.rev)
		} else {
			require.ErrorIs(t, o.err, context.Canceled)
		}
	})
}

// A group whose COMMIT is lost is found out as one.
func TestS4_ALostCommitIsEverybodys(t *testing.T) {
	t.Parallel()
	for committed, commits := range map[int64]int{7: 1, 4: 2} {
		synctest.Test(t, func(t *testing.T) {
			f := newServer()
			s := openServer(t, f)
			before := f.ran("COMMIT")
			f.set("COMMIT", func(n int) ([][]driver.Value, error) {
				if n == 1 {
					return nil, io.ErrUnexpectedEOF
				}
				return nil, nil
			})
			f.set("SELECT coalesce(max(revision), 0)", rows([]driver.Value{committed}))
			var applys []func() (catalog.Revision, error)
			for i := range 3 {
				applys = append(applys, func() (catalog.Revision, error) { return s.Apply(t.Context(), put(fmt.Sprint(i))) })
			}
			got, free := together(t, f, applys...)
			free()
			for i, c := range got {
				o := <-c
				require.NoError(t, o.err)
				require.Equal(t, catalog.Revision(5+i), o.rev)
			}
			require.Equal(t, before+commits, f.ran("COMMIT"))
		})
	}
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		f.set("COMMIT", fails(errDisk))
		var applys []func() (catalog.Revision, error)
		for i := range 3 {
			applys = append(applys, func() (catalog.Revision, error) { return s.Apply(t.Context(), put(fmt.Sprint(i))) })
		}
		got, free := together(t, f, applys...)
		time.AfterFunc(time.Second, func() { f.set("BEGIN", fails(both{})) }) // and nobody can find out
		free()
		for _, c := range got {
			require.ErrorIs(t, (<-c).err, sqlstore.ErrInDoubt)
		}
	})
}

// Waiting is bounded from the beginning of the call, however many wait.
func TestS4_TheQueueIsBounded(t *testing.T) {
	t.Parallel()
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		const most = 1024
		var applys []func() (catalog.Revision, error)
		for i := range most {
			applys = append(applys, func() (catalog.Revision, error) { return s.Apply(t.Context(), put(fmt.Sprint(i%10))) })
		}
		start := time.Now()
		got, _ := together(t, f, applys...)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Apply(ctx, put("one too many"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(start), 2*time.Second)
		for _, c := range got {
			require.ErrorIs(t, (<-c).err, sqlstore.ErrBusy)
		}
		require.Less(t, time.Since(start), 35*time.Second)
		f.set("BEGIN", rows())
		_, err = s.Apply(t.Context(), put("a"))
		require.NoError(t, err, "there is room again")
	})
}

// A panic is that of whoever brought it, and the store goes on.
func TestS4_WhoPanicsDoesSoAlone(t *testing.T) {
	t.Parallel()
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		panics := func() (_ catalog.Revision, err error) {
			defer func() { err = recover().(error) }()
			return s.Compose(t.Context(), []string{"a"}, func([]catalog.Record) ([]catalog.Op, error) { panic(errDisk) })
		}
		got, free := together(t, f, func() (catalog.Revision, error) { return s.Apply(t.Context(), put("a")) }, panics, panics)
		free()
		require.Equal(t, outcome{5, nil}, <-got[0])
		require.Equal(t, outcome{0, errDisk}, <-got[1])
		require.Equal(t, outcome{0, errDisk}, <-got[2])
		_, err := s.Apply(t.Context(), put("b"))
		require.NoError(t, err)
	})
}

// What is large has a transaction of its own.
func TestS4_LargeOnesGoAlone(t *testing.T) {
	t.Parallel()
	dialects(t, func(t *testing.T, f *fake, s *sqlstore.Store) {
		large := make([]byte, 3<<20)
		var many []catalog.Op
		for i := range 1001 {
			many = append(many, put(fmt.Sprint(i)))
		}
		apply := func(ops ...catalog.Op) func() (catalog.Revision, error) {
			return func() (catalog.Revision, error) { return s.Apply(t.Context(), ops...) }
		}
		commits := f.ran("COMMIT")
		got, free := together(t, f,
			apply(catalog.Put("a", large, catalog.Any())), apply(catalog.Put("b", large, catalog.Any())), apply(many...), apply(put("c")))
		free()
		for _, c := range got {
			require.NoError(t, (<-c).err)
		}
		require.Equal(t, commits+3, f.ran("COMMIT"), "a and c, b, many")
		require.NotContains(t, strings.Join(f.log, ";"), "ROLLBACK")
	})
}
