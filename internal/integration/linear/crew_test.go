//go:build unix

package linear_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const every = 2 * time.Second // one process is killed, and one stopped

// crew are processes that work on one store, each with several clients.
type crew struct {
	t    *testing.T
	job  job
	dir  string
	rand *rand.Rand

	hands   []*hand
	started int
	logs    []string

	kills, stops int
}

// hand is one process.
type hand struct {
	cmd   *exec.Cmd
	input io.Closer
	said  *bytes.Buffer
	ended chan struct{}
	err   error
}

func newCrew(t *testing.T, j job, processes int, seed uint64) *crew {
	t.Helper()
	c := &crew{t: t, job: j, dir: t.TempDir(), rand: rand.New(rand.NewPCG(seed, 0)), hands: make([]*hand, processes)}
	c.job.Seed = seed
	t.Cleanup(func() {
		for _, h := range c.hands {
			if h != nil {
				_ = h.cmd.Process.Kill()
				<-h.ended
			}
		}
	})
	for i := range c.hands {
		c.start(i)
	}
	return c
}

// start puts a new process in a place of the crew.
func (c *crew) start(i int) {
	c.t.Helper()
	exe, err := os.Executable()
	require.NoError(c.t, err)
	j := c.job
	j.First = c.started * (j.Clients + j.Users)
	j.Log = filepath.Join(c.dir, strconv.Itoa(c.started))
	c.started++
	c.logs = append(c.logs, j.Log)
	text, err := json.Marshal(j)
	require.NoError(c.t, err)
	h := &hand{cmd: exec.Command(exe), said: &bytes.Buffer{}, ended: make(chan struct{})}
	h.cmd.Env = append(os.Environ(), workerEnv+"="+string(text))
	h.cmd.Stdout, h.cmd.Stderr = h.said, h.said
	h.input, err = h.cmd.StdinPipe()
	require.NoError(c.t, err)
	require.NoError(c.t, h.cmd.Start())
	c.hands[i] = h
	go func() {
		h.err = h.cmd.Wait()
		close(h.ended)
	}()
}

// work lets the crew work for so long, while it is hit all the time, and then come to an end.
func (c *crew) work(long time.Duration) {
	c.t.Helper()
	end := time.After(long)
	hit := time.NewTicker(every)
	defer hit.Stop()
	for working := true; working; {
		select {
		case <-end:
			working = false
		case <-hit.C:
			c.hit(long)
		}
	}
	for _, h := range c.hands {
		_ = h.cmd.Process.Signal(syscall.SIGCONT)
		require.NoError(c.t, h.input.Close())
	}
	for i, h := range c.hands {
		select {
		case <-h.ended:
			if h.err != nil {
				c.t.Errorf("process %d: %v: %s", i, h.err, h.said)
			}
		case <-time.After(time.Minute):
			_ = h.cmd.Process.Signal(syscall.SIGQUIT)
			<-h.ended
			c.t.Errorf("process %d does not come to an end: %s", i, h.said)
		}
	}
}

// hit kills a process, in whose place comes another one at once, and stops one, which goes on later: most of
// them soon, some after what a lease lasts, and in a long run some after the time that a server gives to a
// transaction in which nothing happens.
func (c *crew) hit(long time.Duration) {
	c.t.Helper()
	order := c.rand.Perm(len(c.hands))
	for i, h := range c.hands {
		select {
		case <-h.ended:
			c.t.Fatalf("process %d has ended by itself: %v: %s", i, h.err, h.said)
		default:
		}
	}
	victim := c.hands[order[0]]
	require.NoError(c.t, victim.cmd.Process.Kill())
	<-victim.ended
	_ = victim.input.Close()
	c.start(order[0])
	c.kills++

	sleeper := c.hands[order[1]]
	pause := time.Duration(50+c.rand.IntN(900)) * time.Millisecond
	switch p := c.rand.IntN(10); {
	case p == 0 && long >= time.Minute:
		pause = 11 * time.Second
	case p <= 2:
		pause = 2500 * time.Millisecond
	}
	require.NoError(c.t, sleeper.cmd.Process.Signal(syscall.SIGSTOP))
	time.AfterFunc(pause, func() {
		if err := sleeper.cmd.Process.Signal(syscall.SIGCONT); err != nil && !errors.Is(err, os.ErrProcessDone) {
			c.t.Errorf("go on: %v", err)
		}
	})
	c.stops++
}
