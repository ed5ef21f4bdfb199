package integration_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// What becomes of the next COMMIT.
const (
	asUsual   = int32(iota)
	neverSent // the connection breaks before
	noAnswer  // the connection breaks after it was sent
	silence   // it is sent, and nothing is heard for ever
)

// wire breaks connections at COMMIT.
type wire struct {
	fault atomic.Int32
	sent  func()      // called before silence
	down  atomic.Bool // no new connections
}

func (w *wire) into(c *pgx.ConnConfig) {
	dial := c.DialFunc
	c.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if w.down.Load() {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("the wire is cut")}
		}
		conn, err := dial(ctx, network, addr)
		return &wireConn{Conn: conn, wire: w}, err
	}
}

type wireConn struct {
	net.Conn
	wire *wire
	name []byte // of the prepared COMMIT
	mute bool
}

func (c *wireConn) Write(b []byte) (int, error) {
	if prepared := bytes.Index(b, []byte("\x00COMMIT\x00")); prepared > 5 && b[0] == 'P' { // Parse: its name comes first
		c.name = bytes.Clone(b[5:prepared])
		return c.Conn.Write(b)
	}
	if c.name == nil || !bytes.Contains(b, append(bytes.Clone(c.name), 0)) {
		return c.Conn.Write(b)
	}
	switch c.wire.fault.Swap(asUsual) {
	case neverSent:
		c.Close()
		return 0, net.ErrClosed
	case noAnswer:
		n, err := c.Conn.Write(b)
		_, _ = c.Conn.Read(make([]byte, 1)) // so that the server has done it
		c.Close()
		return n, err
	case silence:
		c.mute = true
		c.wire.sent()
	}
	return c.Conn.Write(b)
}

func (c *wireConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if !c.mute || err != nil {
			return n, err
		}
	}
}

func TestS2_ACommitWithoutAnAnswerIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]int32{"never sent": neverSent, "no answer": noAnswer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			w := &wire{}
			s, other := p.store(t, w.into), p.store(t, nil)
			c := chain{name: "a"}
			for i := range catalog.Revision(6) {
				if i%2 == 1 {
					w.fault.Store(fault)
				}
				require.NoError(t, c.next(t.Context(), s))
				require.Zero(t, w.fault.Load(), "no COMMIT was met")
				require.Equal(t, 2*i+1, c.at)
				_, err := other.Apply(t.Context(), put("other")) // so that the newest revision is another's
				require.NoError(t, err)
			}
			c.check(t, other)
		})
	}
}

// Who cannot find out says so, and does not say that a context has ended: that would mean that
// nothing has changed.
func TestS2_ACommitInDoubtSaysSo(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	w := &wire{}
	db, other := p.db(t, w.into), p.store(t, nil)
	db.SetMaxIdleConns(0) // else there is another way to find out
	s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, nil)
	require.NoError(t, err)
	defer s.Close()
	inDoubt := func(ctx context.Context, want string) {
		t.Helper()
		_, err := s.Apply(ctx, catalog.Put("a", []byte(want), catalog.Any()))
		require.ErrorIs(t, err, sqlstore.ErrInDoubt)
		require.NotErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		r, err := other.Get(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, want, string(r.Value), "in this case it was done")
	}
	_, err = s.Apply(t.Context(), put("a"))
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	w.fault.Store(noAnswer)
	w.down.Store(true)
	inDoubt(ctx, "the server is out of reach")
	w.down.Store(false)

	ctx, cancel = context.WithCancel(t.Context())
	w.sent = cancel
	w.fault.Store(silence)
	start := time.Now()
	inDoubt(ctx, "the server is silent")
	require.Less(t, time.Since(start), 20*time.Second)

	_, err = s.Apply(t.Context(), put("a"))
	require.NoError(t, err, "and then it works again")
}

// A server that is not there fails Open at once, and is waited for later.
func TestPostgreSQL_TheServerIsOutOfReach(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	w := &wire{}
	w.down.Store(true)
	start := time.Now()
	_, err := sqlstore.Open(t.Context(), p.db(t, w.into), sqlstore.PostgreSQL, nil)
	require.ErrorContains(t, err, "the wire is cut")
	require.Less(t, time.Since(start), 10*time.Second)

	w.down.Store(false)
	db := p.db(t, w.into)
	s, err := sqlstore.Open(t.Context(), db, sqlstore.PostgreSQL, &sqlstore.Options{BusyTimeout: 100 * time.Millisecond})
	require.NoError(t, err)
	defer s.Close()
	w.down.Store(true)
	db.SetMaxIdleConns(0) // closes them
	w.fault.Store(neverSent)
	_, err = s.Apply(t.Context(), put("a"))
	require.ErrorIs(t, err, sqlstore.ErrInDoubt)
	_, err = s.Apply(t.Context(), put("a"))
	require.ErrorContains(t, err, "the wire is cut")
	require.NotErrorIs(t, err, sqlstore.ErrInDoubt)
	require.NotErrorIs(t, err, sqlstore.ErrBusy)
	_, err = s.Get(t.Context(), "a")
	require.ErrorContains(t, err, "the wire is cut")

	time.AfterFunc(20*time.Millisecond, func() { w.down.Store(false) })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = s.Get(ctx, "a")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}
