package oauth_test

import (
	"flag"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

// viewer is whose connections they are.
func viewer() catalog.Principal { return catalogtest.Principal(catalog.RoleViewer) }

// How much TestC9_ProcessesRenewOnce does. All of it is
//
//	go test ./internal/integration/oauth -run ProcessesRenewOnce -renew.processes 16 -renew.callers 64 -renew.rounds 1000 -renew.lease 15s -timeout 2h
var (
	renewProcesses = flag.Int("renew.processes", 3, "processes that use one connection")
	renewCallers   = flag.Int("renew.callers", 8, "goroutines in each")
	renewRounds    = flag.Int("renew.rounds", 4, "how often the token ends")
	renewLease     = flag.Duration("renew.lease", 5*time.Second, "how long a process that does not answer is waited for; a busy machine may be that slow")
)

// shared makes a connection in a catalog on a file, for other processes to use.
func (s *realServer) shared(t *testing.T, callers int, lease time.Duration) (*connected, *catalog.Connection, *job) {
	t.Helper()
	dir := t.TempDir()
	store, keys, done, err := openShared(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, done()) })
	c := s.open(t, func(o *catalog.Options) { o.Store, o.Keys, o.Lease = store, keys, lease })
	conn := c.connect(t, byPerson)
	return c, conn, &job{Dir: dir, Connection: conn.ID, API: s.api, Root: s.root, Callers: callers, Lease: lease}
}

func TestC9_ProcessesRenewOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		_, _, j := s.shared(t, *renewCallers, *renewLease)
		workers := make([]*worker, *renewProcesses)
		for i := range workers {
			workers[i] = j.start(t)
		}
		for range *renewRounds {
			round(t, workers)
		}
		for _, w := range workers {
			w.end(t)
		}
		assert.Equal(t, *renewRounds, s.asked()[grantRefresh])
		assert.Zero(t, s.reuses())
	})
}

// A process that dies between the provider's answer and the commit takes the new
// token with it. The next one does not send the old one again.
func TestC9_AProcessThatDiesWhileItRenewsIsNoticed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		c, conn, j := s.shared(t, 1, lease)
		w := j.start(t)
		answered, dead := make(chan struct{}), make(chan struct{})
		s.faults.add(func(_ http.ResponseWriter, r *http.Request, h http.Handler) {
			h.ServeHTTP(deaf{}, r)
			close(answered)
			<-dead
			panic(http.ErrAbortHandler)
		})
		_, err := io.WriteString(w.in, "\n")
		require.NoError(t, err)
		<-answered
		require.NoError(t, w.cmd.Process.Kill())
		require.Error(t, w.cmd.Wait())
		close(dead)

		c.Clock.Advance(time.Hour)
		require.Error(t, c.ask(t, conn))
		assert.Equal(t, catalog.ConnectionNeedsReauth, c.state(t, conn))
		assert.Equal(t, 1, s.asked()[grantRefresh])
		assert.Zero(t, s.reuses())
	})
}
