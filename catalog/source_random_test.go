package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heldSource is a connection with a Source that is out, and what must be true of it.
type heldSource struct {
	id    string
	src   auth.Source
	state catalog.ConnectionState // empty: deleted
	token string                  // the last answer
	ends  time.Time
	again bool // it was replaced: the next token is another
}

// TestG13_SourcesTellTheTruth does at random what can happen to connections, and holds each answer of
// Sources that are out to what was done.
func TestG13_SourcesTellTheTruth(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	ctx := t.Context()
	f := newOAuth(t, nil)
	mine := f.For(viewerP).Connections()
	held := make([]*heldSource, 6)
	answers := map[string]int{}
	for step := range 3000 {
		i := random.IntN(len(held))
		h := held[i]
		if h == nil {
			conn, err := mine.Create(ctx, "crm", "machine", &catalog.ConnectionRequest{Name: fmt.Sprint("c", step)})
			require.NoError(t, err)
			held[i] = &heldSource{id: conn.ID, src: sourceOf(t, f.bench, viewerP, conn.ID), state: conn.State, ends: conn.TokenExpires, again: true}
			continue
		}
		var err error
		switch what := random.IntN(40); {
		case what == 0 && h.state == catalog.ConnectionActive:
			err, h.state = mine.Disable(ctx, h.id, ""), catalog.ConnectionDisabled
		case what == 1 && h.state == catalog.ConnectionActive:
			err, h.state = f.admin.Quarantine(ctx, h.id, "r"), catalog.ConnectionQuarantined
		case what == 2 && h.state == catalog.ConnectionDisabled:
			err, h.state = mine.Enable(ctx, h.id), catalog.ConnectionActive
		case what <= 4 && h.state == catalog.ConnectionQuarantined:
			err, h.state = f.admin.Release(ctx, h.id), catalog.ConnectionActive
		case what == 5:
			if h.state == "" {
				held[i] = nil
				continue
			}
			err, h.state = mine.Delete(ctx, h.id), ""
		case what == 6 && h.state == catalog.ConnectionActive:
			var conn *catalog.Connection
			conn, err = mine.Reauthenticate(ctx, h.id, nil)
			if err == nil {
				h.ends, h.again = conn.TokenExpires, true
			}
		case what == 7:
			err = ignoreNotFound(mine.Rename(ctx, h.id, fmt.Sprint("n", step)), h.state)
		case what == 8:
			f.pass(time.Duration(random.IntN(40)) * time.Minute)
		case what == 9 && h.state == catalog.ConnectionActive && f.time().Before(h.ends):
			var renewed bool
			if renewed, err = refusedOnce(ctx, h.src); renewed {
				h.again, h.ends = true, f.time().Add(time.Hour-auth.DefaultTokenSkew)
			}
			err = errors.Join(err, f.holdTo(h, answers))
		default:
			err = f.holdTo(h, answers)
		}
		require.NoError(t, err, "step %d", step)
	}
	for _, what := range []string{"again", "renewed", "replaced", "refused", "gone"} {
		assert.Positive(t, answers[what], what)
	}
}

func ignoreNotFound(err error, state catalog.ConnectionState) error {
	if state == "" && errors.Is(err, catalog.ErrNotFound) {
		return nil
	}
	return err
}

// refusedOnce says that the application does not take the credentials.
func refusedOnce(ctx context.Context, src auth.Source) (renewed bool, err error) {
	creds, err := src.Credentials(ctx, nil)
	if err != nil {
		return false, err
	}
	next, err := src.Credentials(ctx, creds)
	if errors.Is(err, errors.ErrUnsupported) {
		return false, nil // it is too new for that
	}
	return err == nil && next.Generation > creds.Generation, err
}

// holdTo asks once and compares with what must be true.
func (f *oauth) holdTo(h *heldSource, answers map[string]int) error {
	creds, err := h.src.Credentials(context.Background(), nil)
	var state *catalog.StateError
	switch {
	case h.state == "":
		answers["gone"]++
		if !errors.Is(err, catalog.ErrNotFound) {
			return fmt.Errorf("deleted: %w", err)
		}
		return nil
	case h.state != catalog.ConnectionActive:
		answers["refused"]++
		if !errors.As(err, &state) || state.State != h.state {
			return fmt.Errorf("%s: got %w", h.state, err)
		}
		return nil
	case err != nil:
		return err
	}
	got, now := creds.Values[auth.ValueToken].Reveal(), f.time()
	ended := !now.Before(h.ends)
	switch {
	case h.again:
		answers["replaced"]++
	case ended:
		answers["renewed"]++
	default:
		answers["again"]++
	}
	if changed := got != h.token; changed != (h.again || ended) {
		return fmt.Errorf("changed %v, replaced %v, ended %v", changed, h.again, ended)
	}
	if ended {
		h.ends = now.Add(time.Hour - auth.DefaultTokenSkew)
	}
	h.token, h.again = got, false
	return nil
}

// TestG13_NoUseAfterAQuarantineHasReturned: many goroutines use one Source, while it is stopped and let
// go again. A use that lies wholly between two changes knows of the first.
func TestG13_NoUseAfterAQuarantineHasReturned(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, &authtest.ServerOptions{})
	ctx := t.Context()
	conn, err := f.For(viewerP).Connections().Create(ctx, "crm", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err)
	src := sourceOf(t, f.bench, viewerP, conn.ID)
	var turns atomic.Int64 // n%4: 0 active, 1 being stopped, 2 stopped, 3 being let go
	var users sync.WaitGroup
	var stopped, active atomic.Int64
	done := make(chan struct{})
	defer users.Wait()
	defer close(done)
	for range 4 {
		users.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				before := turns.Load()
				_, err := src.Credentials(ctx, nil)
				if turns.Load() != before {
					continue
				}
				switch before % 4 {
				case 0:
					active.Add(1)
					assert.NoError(t, err) //nolint:testifylint // not the test's goroutine
				case 2:
					stopped.Add(1)
					assert.ErrorIs(t, err, catalog.ErrForbidden)
				}
			}
		})
	}
	for range 60 {
		turns.Add(1)
		require.NoError(t, f.admin.Quarantine(ctx, conn.ID, "r"))
		turns.Add(1)
		awaitMore(t, &stopped)
		turns.Add(1)
		require.NoError(t, f.admin.Release(ctx, conn.ID))
		turns.Add(1)
		awaitMore(t, &active)
	}
}

// awaitMore waits until n has grown.
func awaitMore(t *testing.T, n *atomic.Int64) {
	t.Helper()
	was := n.Load()
	require.Eventually(t, func() bool { return n.Load() > was }, patience, tick)
}
