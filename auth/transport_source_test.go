package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC10_RefreshThatFails(t *testing.T) {
	t.Parallel()
	gone := errors.New("a person must agree again: " + numbered(1).value(ValueToken))
	_, err := get(refreshing(t, &rotating{now: numbered(1), err: fmt.Errorf("x %w", gone)}, only(2, nil)), home)
	require.Error(t, err)
	clean(t, err)
	_, err = get(refreshing(t, &rotating{now: numbered(1), err: errGone}, only(2, nil)), home)
	require.ErrorIs(t, err, errGone)
	resp, err := get(refreshing(t, &rotating{now: numbered(1), err: errors.ErrUnsupported}, only(2, nil)), home)
	require.NoError(t, err, "who cannot renew has the 401 for an answer")
	assert.Equal(t, 401, resp.StatusCode)
}

// errGone is some error of a Source.
var errGone = errors.New("revoked")

func TestC10_BodyThatCannotBeReadAgainIsNotSentAgain(t *testing.T) {
	t.Parallel()
	var log []string
	s := &rotating{now: numbered(1)}
	client := refreshing(t, s, only(2, &log))
	post := func() int {
		req := request(t, "POST", home, "data")
		req.GetBody = nil
		resp, err := do(client.Do, req)
		require.NoError(t, err)
		return resp.StatusCode
	}
	assert.Equal(t, 401, post())
	assert.Len(t, log, 1)
	assert.Equal(t, 1, s.renewals, "the next request profits")
	assert.Equal(t, 200, post())
	s.now, s.err = numbered(1), errGone
	assert.Equal(t, 401, post(), "the server's answer comes before our trouble")

	req := request(t, "POST", home, "data")
	req.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("gone") }
	s.err = nil
	_, err := do(client.Do, req)
	require.ErrorContains(t, err, "its body cannot be read again")
}

func TestC10_SourceErrors(t *testing.T) {
	t.Parallel()
	sent := 0
	base := roundTrip(func(*http.Request) (*http.Response, error) { sent++; return reply(200, nil), nil })
	fails := func(c *Credentials, err error) Source {
		return SourceFunc(func(context.Context, *Credentials) (*Credentials, error) { return c, err })
	}
	_, err := get(refreshing(t, fails(nil, errGone), base), home)
	require.ErrorIs(t, err, errGone)
	for _, s := range []Source{nil, fails(nil, nil)} {
		_, err = get(refreshing(t, s, base), home)
		require.ErrorAs(t, err, new(*PlacementError))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, home, http.NoBody)
	require.NoError(t, err)
	waits := SourceFunc(func(ctx context.Context, _ *Credentials) (*Credentials, error) { return nil, ctx.Err() })
	_, err = do(refreshing(t, waits, base).Do, req)
	require.ErrorIs(t, err, context.Canceled, "the Source has the caller's context")
	assert.Zero(t, sent)
}

// TestC9_AThousandCallersRenewOnce: a Source can tell late callers from the
// first by what they were refused with.
func TestC9_AThousandCallersRenewOnce(t *testing.T) {
	t.Parallel()
	s := &rotating{now: numbered(1)}
	client := refreshing(t, s, only(2, nil))
	const callers = 1000
	var wrong atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			resp, err := get(client, home)
			if err != nil || resp.StatusCode != http.StatusOK {
				wrong.Add(1)
				return
			}
		})
	}
	wg.Wait()
	assert.Zero(t, wrong.Load())
	assert.Equal(t, 1, s.renewals)
	assert.LessOrEqual(t, s.asked.Load(), int64(2*callers))
}
