package integration_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
)

func TestS2_ProcessesShareOneServer(t *testing.T) {
	t.Parallel()
	const processes = 4
	p := newPlace(t)
	var wg sync.WaitGroup
	for range processes {
		cmd, _ := startWorker(t, "increment", p.DSN, schemaEnv+"="+p.Schema) // all of them make the tables
		wg.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("a process failed: %v", err)
			}
		})
	}
	wg.Wait()
	r, err := p.store(t, nil).Get(t.Context(), "counter")
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(processes*increments), string(r.Value), "updates were lost")
	require.Equal(t, catalog.Revision(processes*increments), r.Revision)
}

func TestS2_KilledClientsLeaveNothingHalf(t *testing.T) {
	t.Parallel()
	const rounds = 4 // of two kills each
	p := newPlace(t)
	s := p.store(t, nil)
	for range rounds {
		one, oneOut := startWorker(t, "write", p.DSN, schemaEnv+"="+p.Schema)
		two, twoOut := startWorker(t, "write", p.DSN, schemaEnv+"="+p.Schema)
		last := max(killSoon(t, one, oneOut), killSoon(t, two, twoOut))
		// The server may still be at the last COMMIT; whoever writes next waits for it.
		_, err := s.Apply(t.Context(), put("next"))
		require.NoError(t, err)
		checkGroup(t, s, last)
	}
}

// writer puts two keys in each Apply, on condition that its last Apply is as it left it: one that
// was done and reported as failed, or done twice, is noticed.
type chain struct {
	name string
	n    int
	at   catalog.Revision
}

func (c *chain) next(ctx context.Context, s catalog.Store) error {
	p, value := catalog.At(c.at), fmt.Appendf(nil, "%06d", c.n+1)
	if c.n == 0 {
		p = catalog.Absent()
	}
	at, err := s.Apply(ctx,
		catalog.Put("one/"+c.name, value, p), catalog.Put("two/"+c.name, value, p),
		catalog.Put("all/"+c.name+"/"+string(value), value, catalog.Absent()))
	if err == nil {
		c.n, c.at = c.n+1, at
	}
	return err
}

func (c *chain) check(t *testing.T, s catalog.Store) {
	t.Helper()
	for _, key := range []string{"one/", "two/"} {
		r, err := s.Get(t.Context(), key+c.name)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("%06d", c.n), string(r.Value), "of what was acknowledged to %s", c.name)
		require.Equal(t, c.at, r.Revision)
	}
}

// follower reads changes all the time, and notices a revision that appears after a greater one:
// here every revision has a key of its own, "all/…".
type follower struct {
	at   catalog.Revision
	seen int
}

func (f *follower) turn(ctx context.Context, s catalog.Store) (int, error) {
	page, next, err := s.Changes(ctx, f.at, 50)
	if err != nil {
		return 0, err
	}
	for _, c := range page {
		if c.Key[:4] != "all/" {
			continue
		}
		f.seen++
		if c.Revision != catalog.Revision(f.seen) {
			return 0, fmt.Errorf("after revision %d comes %d", f.seen-1, c.Revision)
		}
	}
	f.at = next
	return len(page), nil
}

// crowd lets writers, each two with a store of their own as if on another machine, and a follower be at work
// until stop, and checks what they have then.
func crowd(t *testing.T, p place, writers int, stop func(done *atomic.Int64) bool) {
	t.Helper()
	var wg sync.WaitGroup
	var done atomic.Int64
	ended := make(chan struct{})
	chains := make([]chain, writers)
	var s placeStore
	for i := range chains {
		if i%2 == 0 {
			s = p.store(t, nil)
		}
		s := s
		wg.Go(func() {
			for chains[i].name = strconv.Itoa(i); ; {
				select {
				case <-ended:
					return
				default:
				}
				if err := chains[i].next(t.Context(), s); err != nil {
					t.Errorf("writer %d, after %d: %v", i, chains[i].n, err)
					return
				}
				done.Add(1)
			}
		})
	}
	s = p.store(t, nil)
	var f follower
	for following := true; following; {
		if _, err := f.turn(t.Context(), s); err != nil {
			t.Errorf("follower: %v", err)
			following = false
		}
		following = following && !t.Failed() && !stop(&done)
	}
	close(ended)
	wg.Wait()
	for !t.Failed() {
		n, err := f.turn(t.Context(), s)
		require.NoError(t, err)
		if n == 0 {
			break
		}
	}
	sum := 0
	for i := range chains {
		chains[i].check(t, s)
		sum += chains[i].n
	}
	require.Equal(t, sum, f.seen, "revisions that the follower has seen")
	require.Equal(t, catalog.Revision(sum), f.at)
	t.Logf("%d Applys by %d writers", sum, writers)
}

func TestS2_NobodySeesALaterRevisionFirst(t *testing.T) {
	t.Parallel()
	crowd(t, newPlace(t), 6, func(done *atomic.Int64) bool { return done.Load() > 600 })
}

// The server is killed in the middle of writes, again and again, and comes back. Nobody hears of
// it: what was acknowledged is there, and an Apply whose COMMIT had no answer is neither lost nor done twice.
func TestS2_AServerThatCrashesLosesNothing(t *testing.T) { //nolint:paralleltest // others need the server
	c := pgcluster.NeedOwn(t)
	const crashes = 4
	n, next := 0, int64(40)
	crowd(t, newPlace(t), 4, func(done *atomic.Int64) bool {
		if done.Load() < next {
			return false
		}
		if n++; n > crashes {
			return true
		}
		next = done.Load() + 40 + rand.Int64N(20)
		require.NoError(t, c.Crash(t.Context()))
		return false
	})
}

// Connections break without the server.
func TestS2_ABrokenConnectionIsNotHeardOf(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	admin := p.db(t, nil)
	next := int64(0)
	crowd(t, p, 4, func(done *atomic.Int64) bool {
		if done.Load() >= next {
			next = done.Load() + 8
			_, err := admin.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE pid <> pg_backend_pid() AND application_name = $1`, p.Schema)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		return done.Load() > 300
	})
}
