package catalogtest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

func put(key string) catalog.Op { return catalog.Put(key, nil, catalog.Any()) }

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func TestFaultStore_WithoutFaultsPassesTheKit(t *testing.T) {
	t.Parallel()
	catalogtest.TestStore(t, func(*testing.T) catalog.Store {
		return catalogtest.NewFaultStore(catalog.NewMemStore(nil))
	}, nil)
}

func TestFaultStore_FailsTheNthApply(t *testing.T) {
	t.Parallel()
	mem := catalog.NewMemStore(nil)
	s := catalogtest.NewFaultStore(mem, catalogtest.StoreFault{Nth: 2, Times: 2, Err: catalog.ErrClosed})
	for i, want := range []error{nil, catalog.ErrClosed, catalog.ErrClosed, nil} {
		_, err := s.Apply(t.Context(), put(string(rune('a'+i))))
		wantErr(t, err, want)
	}
	if n := s.Calls(catalogtest.StoreApply); n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
	list, err := mem.List(t.Context(), "", "", 10)
	wantErr(t, err, nil)
	if len(list) != 2 || list[1].Key != "d" {
		t.Errorf("the store has %v, want a and d", list)
	}
}

func TestFaultStore_LosesTheReply(t *testing.T) {
	t.Parallel()
	mem := catalog.NewMemStore(nil)
	s := catalogtest.NewFaultStore(mem, catalogtest.StoreFault{Key: "b", After: true})
	_, err := s.Apply(t.Context(), put("a"))
	wantErr(t, err, nil)
	rev, err := s.Apply(t.Context(), put("x"), put("b1"))
	wantErr(t, err, catalogtest.ErrFault)
	if rev != 0 {
		t.Errorf("revision %d with an error", rev)
	}
	_, err = mem.Get(t.Context(), "b1")
	wantErr(t, err, nil)
	// What fails by itself fails with its own error.
	s.Add(catalogtest.StoreFault{After: true})
	_, err = s.Apply(t.Context(), put(""))
	wantErr(t, err, catalog.ErrInvalid)
}

func TestFaultStore_MakesUpConflicts(t *testing.T) {
	t.Parallel()
	s := catalogtest.NewFaultStore(catalog.NewMemStore(nil), catalogtest.StoreFault{Key: "b", Err: catalog.ErrConflict})
	_, err := s.Apply(t.Context(), put("a"), put("b"))
	var conflict *catalog.ConflictError
	if !errors.As(err, &conflict) || conflict.Index != 1 || conflict.Key != "b" {
		t.Errorf("error %v, want a conflict at op 1, b", err)
	}
	_, err = s.Apply(t.Context(), put("a"), put("b"))
	wantErr(t, err, nil)
}

func TestFaultStore_WritesInBetween(t *testing.T) {
	t.Parallel()
	mem := catalog.NewMemStore(nil)
	s := catalogtest.NewFaultStore(mem, catalogtest.StoreFault{Do: func(ctx context.Context) error {
		_, err := mem.Apply(ctx, put("a"))
		return err
	}})
	_, err := s.Apply(t.Context(), catalog.Put("a", nil, catalog.Absent()))
	wantErr(t, err, catalog.ErrConflict)
	s.Add(catalogtest.StoreFault{Do: func(context.Context) error { return catalog.ErrForbidden }})
	_, err = s.Apply(t.Context(), put("b"))
	wantErr(t, err, catalog.ErrForbidden)
}

func TestFaultStore_CrashStopsEverything(t *testing.T) {
	t.Parallel()
	mem := catalog.NewMemStore(nil)
	for _, after := range []bool{false, true} {
		s := catalogtest.NewFaultStore(mem, catalogtest.StoreFault{Nth: 2, After: after, Crash: true})
		_, err := s.Apply(t.Context(), catalog.Delete("a", catalog.Any()))
		wantErr(t, err, nil)
		_, err = s.Apply(t.Context(), put("a"))
		wantErr(t, err, catalogtest.ErrFault)
		_, err = s.Get(t.Context(), "a")
		wantErr(t, err, catalogtest.ErrFault)
		_, _, err = s.Changes(t.Context(), 0, 1)
		wantErr(t, err, catalogtest.ErrFault)
		s.Heal()
		_, err = s.Get(t.Context(), "a")
		if (err == nil) != after {
			t.Errorf("crash after the write: %t; then Get fails with %v", after, err)
		}
	}
}

func TestFaultStore_DelaysUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := catalogtest.NewFaultStore(catalog.NewMemStore(nil),
			catalogtest.StoreFault{Method: catalogtest.StoreNow, Delay: time.Hour, Times: -1},
			catalogtest.StoreFault{Method: catalogtest.StoreNow, Nth: 2, Err: catalog.ErrForbidden, Times: -1})
		start := time.Now()
		now, err := s.Now(t.Context())
		wantErr(t, err, nil)
		if passed := now.Sub(start); passed != time.Hour {
			t.Errorf("%v passed, want an hour", passed)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = s.Now(ctx)
		wantErr(t, err, context.DeadlineExceeded)
	})
}

func TestFaultStore_WatchIsThatOfTheStore(t *testing.T) {
	t.Parallel()
	s := catalogtest.NewFaultStore(struct{ catalog.Store }{catalog.NewMemStore(nil)})
	_, err := s.Watch(t.Context())
	wantErr(t, err, errors.ErrUnsupported)
}

func ExampleFaultStore() {
	// The reply to the second Apply is lost: it was done, but the caller learns
	// of an error.
	store := catalogtest.NewFaultStore(catalog.NewMemStore(nil),
		catalogtest.StoreFault{Nth: 2, After: true, Err: errors.New("connection lost")})
	_ = store.Close()
}
