package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rotating is a Source whose credentials change when they are refused.
type rotating struct {
	mu       sync.Mutex
	now      *Credentials
	renewals int
	asked    atomic.Int64
	err      error
}

func numbered(n int) *Credentials {
	c := creds(ValueToken, "token-"+strconv.Itoa(n)+"-"+canary)
	c.Generation = uint64(n)
	return c
}

// Credentials renews when the refused ones are still the latest.
func (s *rotating) Credentials(_ context.Context, refused *Credentials) (*Credentials, error) {
	s.asked.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused != nil && refused.Generation == s.now.Generation {
		if s.err != nil {
			return nil, s.err
		}
		s.renewals++
		s.now = numbered(int(s.now.Generation) + 1)
	}
	return s.now, nil
}

// only answers 200 to one generation of token and 401 to all others.
func only(generation int, log *[]string) roundTrip {
	var mu sync.Mutex
	return func(req *http.Request) (*http.Response, error) {
		body := ""
		if req.Body != nil {
			data, _ := io.ReadAll(req.Body)
			_ = req.Body.Close()
			body = string(data)
		}
		if log != nil {
			mu.Lock()
			*log = append(*log, req.Method+" "+strings.TrimSuffix(req.Header.Get("Authorization"), "-"+canary)+" "+body)
			mu.Unlock()
		}
		if req.Header.Get("Authorization") == "Bearer "+numbered(generation).value(ValueToken) {
			return reply(200, nil), nil
		}
		return reply(401, nil), nil
	}
}

func refreshing(t *testing.T, s Source, base roundTrip) *http.Client {
	t.Helper()
	return newTransport(t, &TransportOptions{Scheme: bearer, Source: s, Hosts: hosts(t, "api.example.com"), Base: base}).Client()
}

func TestC10_RefreshesOnceOn401(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
		var log []string
		s := &rotating{now: numbered(1)}
		req := request(t, method, home, "data")
		resp, err := do(refreshing(t, s, only(2, &log)).Do, req)
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode, "a 401 means that nothing was done, so any method may be sent again")
		assert.Equal(t, []string{method + " Bearer token-1 data", method + " Bearer token-2 data"}, log)
		assert.Equal(t, 1, s.renewals)
	}
}

func TestC10_SecondUnauthorizedIsTheAnswer(t *testing.T) {
	t.Parallel()
	var log []string
	s := &rotating{now: numbered(1)}
	resp, err := get(refreshing(t, s, only(9, &log)), home)
	require.NoError(t, err)
	assert.Equal(t, 401, resp.StatusCode)
	assert.Len(t, log, 2)
	assert.Equal(t, 1, s.renewals)
}

// TestC10_OneRefreshPerCall also when every hop of it is refused.
func TestC10_OneRefreshPerCall(t *testing.T) {
	t.Parallel()
	s := &rotating{now: numbered(1)}
	sent := 0
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		sent++
		if sent == 2 {
			return reply(307, http.Header{"Location": {"/next"}}), nil
		}
		return reply(401, nil), nil
	})
	resp, err := get(refreshing(t, s, base), home)
	require.NoError(t, err)
	assert.Equal(t, 401, resp.StatusCode)
	assert.Equal(t, 3, sent)
	assert.Equal(t, 1, s.renewals)
}

func TestC10_SameCredentialsAreNotSentAgain(t *testing.T) {
	t.Parallel()
	var log []string
	resp, err := get(refreshing(t, StaticSource(numbered(1)), only(2, &log)), home)
	require.NoError(t, err)
	assert.Equal(t, 401, resp.StatusCode)
	assert.Len(t, log, 1, "a wrong password twice may lock an account")
}

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
