package auth

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC10_RetryWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		how      failure
		min, max time.Duration
	}{
		"doubling":    {lost, 750 * time.Millisecond, 1500 * time.Millisecond}, // 500 ms and 1 s, less up to half
		"seconds":     {status(503, "7"), 14 * time.Second, 14 * time.Second},
		"nonsense":    {status(503, "soon"), 750 * time.Millisecond, 1500 * time.Millisecond},
		"past":        {status(503, "Sat, 01 Jan 2000 00:00:00 GMT"), 750 * time.Millisecond, 1500 * time.Millisecond},
		"at midnight": {status(429, "Sat, 01 Jan 2000 00:00:10 GMT"), 10 * time.Second, 12 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) { // its clock begins at midnight of 2000-01-01
			f := &flaky{n: 2, how: c.how}
			start := time.Now()
			_, err := do(retrying(t, f).RoundTrip, request(t, "GET", home, ""))
			require.NoError(t, err)
			took := time.Since(start)
			assert.True(t, took >= c.min && took <= c.max, "%s: %s", name, took)
		})
	}
}

func TestC10_RetryEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &flaky{n: 9, how: status(503, "20")}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		resp, err := do(retrying(t, f).RoundTrip, request(t, "GET", home, "").WithContext(ctx))
		require.NoError(t, err, "there is no time to wait for a better answer")
		assert.Equal(t, 503, resp.StatusCode)
		assert.Zero(t, time.Since(start))

		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, stop)
		_, err = do(retrying(t, &flaky{n: 9, how: status(503, "20")}).RoundTrip, request(t, "GET", home, "").WithContext(ctx))
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 5*time.Second, time.Since(start))

		f = &flaky{n: 9, how: lost}
		_, err = do(retrying(t, f).RoundTrip, request(t, "GET", home, "").WithContext(ctx))
		require.Error(t, err)
		assert.Equal(t, 1, f.sent, "whoever has gone waits for nothing")
	})
}

func TestC10_AttemptsAreBounded(t *testing.T) {
	t.Parallel()
	for given, want := range map[int]int{-1: 3, 0: 3, 1: 1, 10: 10, 99: MaxAttempts} {
		synctest.Test(t, func(t *testing.T) {
			f := &flaky{n: 99, how: lost}
			tr := NewTransport(&TransportOptions{Hosts: hosts(t, "api.example.com"), Base: f, Attempts: given, RetryWait: time.Hour})
			_, err := do(tr.RoundTrip, request(t, "GET", home, ""))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.Equal(t, want, f.sent)
		})
	}
}

// TestNothingIsLeftRunning ends with a deadlock when a goroutine stays behind.
func TestNothingIsLeftRunning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		base := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer server.Close()
				r := bufio.NewReader(server)
				for {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					sent++
					answer := []string{
						"HTTP/1.1 401 U\r\nContent-Length: 2\r\n\r\nno", "HTTP/1.1 503 U\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n",
						"HTTP/1.1 302 F\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
						"HTTP/1.1 302 F\r\nLocation: https://api.example.com/\r\nContent-Length: " + strconv.Itoa(2*maxDrain) + "\r\n\r\n" +
							strings.Repeat("x", 2*maxDrain),
					}[min(sent, 4)-1]
					if _, err := io.WriteString(server, answer); err != nil {
						return
					}
				}
			}()
			return client, nil
		}}
		defer base.CloseIdleConnections()
		tr := NewTransport(&TransportOptions{
			Scheme: bearer, Source: &rotating{now: numbered(1)}, Hosts: hosts(t, "api.example.com"), Base: base, AllowHTTP: true,
		})
		defer tr.CloseIdleConnections()
		_, err := get(tr.Client(), "http://api.example.com/")
		require.Error(t, err)
		assert.Equal(t, 4, sent, "the last Location is https, where nobody speaks TLS")
	})
}
