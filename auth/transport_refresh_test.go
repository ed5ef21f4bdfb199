package auth

import (
	"context"
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
