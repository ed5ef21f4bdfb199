package integration_test

import (
	"bufio"
	"context"
	"database/sql"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/catalog"
)

func TestS2_ProcessesShareOneFile(t *testing.T) {
	t.Parallel()
	const processes = 4
	path := newPath(t)
	var wg sync.WaitGroup
	for range processes {
		cmd, _ := startWorker(t, "increment", path)
		wg.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("a process failed: %v", err)
			}
		})
	}
	wg.Wait()
	r, err := openStore(t, path).Get(t.Context(), "counter")
	if err != nil {
		t.Fatal(err)
	}
	if want := strconv.Itoa(processes * increments); string(r.Value) != want || r.Revision != processes*increments {
		t.Errorf("the counter is %s at revision %d, want %s: updates were lost", r.Value, r.Revision, want)
	}
}

// Two processes write and are killed at any moment, again and again, while this one
// goes on counting in the same file. What was acknowledged is there, and no
// Apply is half there.
func TestS2_KilledWritersLeaveNothingHalf(t *testing.T) {
	t.Parallel()
	const rounds = 6 // of two kills each
	path := newPath(t)
	s := openStore(t, path)

	ctx, stop := context.WithCancel(t.Context())
	counted := make(chan int, 1)
	go func() {
		n := 0
		for ctx.Err() == nil {
			if err := increment(t.Context(), s, "bystander"); err != nil {
				t.Errorf("a bystander: %v", err)
				break
			}
			n++
		}
		counted <- n
	}()
	for range rounds {
		one, oneOut := startWorker(t, "write", path)
		two, twoOut := startWorker(t, "write", path)
		last := max(killSoon(t, one, oneOut), killSoon(t, two, twoOut))
		if got := integrity(t, openDB(t, path)); got != "ok" {
			t.Errorf("integrity_check: %s", got)
		}
		checkGroup(t, s, last)
	}
	stop()
	n := <-counted
	if r, err := s.Get(t.Context(), "bystander"); err != nil || string(r.Value) != strconv.Itoa(n) {
		t.Errorf("a bystander counted to %d and finds %s, %v", n, r.Value, err)
	}
}

// killSoon kills a writing worker after it has acknowledged some Applys, and returns the
// last revision that it did.
func killSoon(t *testing.T, cmd *exec.Cmd, out *bufio.Scanner) catalog.Revision {
	t.Helper()
	last := int64(0)
	for n := 5 + rand.IntN(30); out.Scan(); n-- {
		rev, err := strconv.ParseInt(out.Text(), 10, 64)
		if err != nil {
			break // the kill has cut the line
		}
		last = rev
		if n == 0 {
			if err := cmd.Process.Kill(); err != nil {
				t.Errorf("kill: %v", err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || last == 0 {
		t.Errorf("a writing worker ended by itself, after revision %d: %v", last, err)
	}
	return catalog.Revision(last)
}

// checkGroup looks for half an Apply of a writing worker, and for one that was acknowledged and
// is lost.
func checkGroup(t *testing.T, s catalog.Store, acknowledged catalog.Revision) {
	t.Helper()
	group, err := s.List(t.Context(), "group/", "", together+1)
	if err != nil || len(group) != together {
		t.Fatalf("%d keys in the group, %v", len(group), err)
	}
	for _, r := range group {
		if r.Revision != group[0].Revision || string(r.Value) != string(group[0].Value) {
			t.Errorf("half an Apply: %s@%d and %s@%d", r.Key, r.Revision, group[0].Key, group[0].Revision)
		}
	}
	if group[0].Revision < acknowledged {
		t.Errorf("the group is of revision %d, and %d was acknowledged", group[0].Revision, acknowledged)
	}
}

func integrity(t *testing.T, db *sql.DB) string {
	t.Helper()
	var got string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&got); err != nil {
		t.Error(err)
	}
	return got
}
