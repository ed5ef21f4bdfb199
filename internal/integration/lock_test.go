package integration_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// lock holds the write lock of a file, as another process would.
func lock(t *testing.T, path string) (release func()) {
	t.Helper()
	conn, err := openDB(t, path).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

func put(key string) catalog.Op { return catalog.Put(key, []byte("value"), catalog.Any()) }

func TestS2_ReadsDoNotWaitForWrites(t *testing.T) {
	t.Parallel()
	s := openStore(t, newPath(t))
	if _, err := s.Apply(t.Context(), put("a")); err != nil {
		t.Fatal(err)
	}
	release := lock(t, s.path)
	defer release()
	waiting, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { // a write of the same process that has begun, and waits
		_, err := s.Apply(waiting, put("b"))
		done <- err
	}()
	for range 100 {
		if _, err := s.Get(t.Context(), "a"); err != nil {
			t.Error(err)
		}
		if _, err := s.List(t.Context(), "", "", 1); err != nil {
			t.Error(err)
		}
		if _, _, err := s.Changes(t.Context(), 0, 1); err != nil {
			t.Error(err)
		}
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Apply: %v, want context.Canceled", err)
	}
}

func TestS2_ALockedDatabaseIsWaitedFor(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s, err := sqlstore.Open(t.Context(), openDB(t, path), sqlstore.SQLite, &sqlstore.Options{BusyTimeout: 30 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	release := lock(t, path)

	_, err = s.Apply(t.Context(), put("a"))
	if !errors.Is(err, sqlstore.ErrBusy) || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Apply without a deadline: %v, want ErrBusy", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err = s.Apply(ctx, put("a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Apply with a deadline: %v, want context.DeadlineExceeded", err)
	}

	// With a deadline, BusyTimeout does not matter.
	ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	time.AfterFunc(60*time.Millisecond, release)
	rev, err := s.Apply(ctx, put("a"))
	if err != nil || rev != 1 {
		t.Errorf("Apply = %d, %v; want 1, after those that failed", rev, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestS2_CloseEndsTheWaiting(t *testing.T) {
	t.Parallel()
	s := openStore(t, newPath(t))
	release := lock(t, s.path)
	defer release()
	const n = 3
	begun, done := make(chan struct{}, n), make(chan error, n)
	for range n {
		go func() {
			begun <- struct{}{}
			_, err := s.Apply(t.Context(), put("a"))
			done <- err
		}()
	}
	for range n {
		<-begun
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for range n {
		if err := <-done; !errors.Is(err, catalog.ErrClosed) {
			t.Errorf("Apply: %v, want ErrClosed", err)
		}
	}
}

// What the data source name says does not weaken the writer.
func TestS2_TheDataSourceNameIsNotTrusted(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	db := openDB(t, "file:"+path+"?_pragma=synchronous(OFF)&_pragma=busy_timeout(60000)&_txlock=deferred")
	s, err := sqlstore.Open(t.Context(), db, sqlstore.SQLite, nil)
	if err != nil {
		t.Fatal(err)
	}
	release := lock(t, path)
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Apply(ctx, put("a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Apply: %v, want context.DeadlineExceeded", err)
	}
	if waited := time.Since(start); waited > 10*time.Second {
		t.Errorf("Apply waited %v for a lock, as the data source name says", waited)
	}
	release()
	if err := s.Close(); err != nil {
		t.Error(err)
	}

	// The program's own connections are as it wants them, and none is kept.
	conns := make([]*sql.Conn, 3)
	for i := range conns {
		if conns[i], err = db.Conn(t.Context()); err != nil {
			t.Fatal(err)
		}
		var synchronous, timeout int
		if err := errors.Join(
			conns[i].QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&synchronous),
			conns[i].QueryRowContext(t.Context(), "PRAGMA busy_timeout").Scan(&timeout),
		); err != nil || synchronous != 0 || timeout != 60000 {
			t.Errorf("connection %d has synchronous=%d, busy_timeout=%d, %v", i, synchronous, timeout, err)
		}
	}
	for _, conn := range conns {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := db.Stats().InUse; n != 0 {
		t.Errorf("%d connections are still in use", n)
	}
}
