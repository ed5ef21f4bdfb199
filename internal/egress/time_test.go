package egress

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const header = "HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"

// drip answers with n bytes every pause.
func drip(n int, pause time.Duration) script {
	return func(conn net.Conn) {
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			hang(conn)
		}()
		_, err := io.WriteString(conn, header)
		for err == nil {
			select {
			case <-gone:
				return
			case <-time.After(pause):
				_, err = conn.Write(bytes.Repeat([]byte("x"), n))
			}
		}
	}
}

func TestSilentServerTimesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, dials := pipes(hang)
		c := newClient(t, o)
		start := time.Now()
		_, err := fetch(t, c, "http://feeds.example.com/")
		var slow *TimeoutError
		require.ErrorAs(t, err, &slow)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's context is alive")
		assert.Equal(t, TimeoutError{PhaseHeader, 30 * time.Second}, *slow)
		assert.True(t, slow.Timeout())
		assert.Equal(t, 3, dials())
		assert.InDelta(t, 91, time.Since(start).Seconds(), 1.5)
	})
}

func TestSlowDripIsCutOff(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]script{
		"nothing":              drip(1, 24*time.Hour),
		"a byte now and then":  drip(1, 20*time.Second),
		"a byte each second":   drip(1, time.Second),
		"just below the bound": drip(1000, 29*time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, dials := pipes(s)
				c := newClient(t, o)
				start := time.Now()
				_, err := fetch(t, c, "http://feeds.example.com/")
				var slow *TimeoutError
				require.ErrorAs(t, err, &slow)
				assert.Equal(t, TimeoutError{PhaseBody, 30 * time.Second}, *slow)
				assert.Equal(t, 30*time.Second, time.Since(start))
				assert.Equal(t, 1, dials(), "bytes were handed out")
			})
		})
	}
}

func TestSlowButSteadyServerIsServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, _ := pipes(drip(1<<11, 29*time.Second))
		o.Timeout = 24 * time.Hour
		c := newClient(t, o)
		resp, err := c.Get(t.Context(), &Request{URL: "http://feeds.example.com/", MaxBytes: 1 << 30})
		require.NoError(t, err)
		n, err := io.CopyN(io.Discard, resp.Body, 100<<10)
		require.NoError(t, err)
		assert.EqualValues(t, 100<<10, n)
		require.NoError(t, resp.Body.Close())
	})
}

func TestSlowReaderIsNotBlamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, _ := pipes(say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"))
		c := newClient(t, o)
		resp, err := c.Get(t.Context(), &Request{URL: "http://feeds.example.com/", MaxBytes: 100})
		require.NoError(t, err)
		one := make([]byte, 1)
		for range 10 {
			time.Sleep(time.Minute)
			n, err := resp.Body.Read(one)
			if !errors.Is(err, io.EOF) {
				require.NoError(t, err)
			}
			assert.Equal(t, 1, n)
		}
		require.NoError(t, resp.Body.Close())
	})
}

func TestWholeExchangeIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, _ := pipes(drip(1<<11, time.Second))
		o.Timeout = time.Minute
		c := newClient(t, o)
		resp, err := c.Get(t.Context(), &Request{URL: "http://feeds.example.com/", MaxBytes: 1 << 30})
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		var slow *TimeoutError
		require.ErrorAs(t, err, &slow)
		assert.Equal(t, TimeoutError{PhaseAll, time.Minute}, *slow)
		assert.Contains(t, err.Error(), "not complete after 1m0s")
		require.NoError(t, resp.Body.Close())
	})
}

func TestCallersDeadlineIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, dials := pipes(hang)
		c := newClient(t, o)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := fetchRequest(ctx, c, &Request{URL: "http://feeds.example.com/", MaxBytes: 1})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 1, dials())
	})
}

func status(code int, extra string) script {
	return say(fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n%s\r\n", code, http.StatusText(code), extra))
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

func TestTransientFailuresAreRetriedWithPauses(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]script{
		"hung up": say(""), "garbage": say("garbage\r\n\r\n"), "408": status(408, ""), "429": status(429, ""),
		"500": status(500, ""), "502": status(502, ""), "503": status(503, ""), "504": status(504, ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o, dials := pipes(first, first, say(fine))
				c := newClient(t, o)
				start := time.Now()
				data, err := fetch(t, c, "http://feeds.example.com/")
				require.NoError(t, err)
				assert.Equal(t, "ok", string(data))
				assert.Equal(t, 3, dials())
				assert.GreaterOrEqual(t, time.Since(start), 750*time.Millisecond, "half of 500 ms and 1 s")
				assert.LessOrEqual(t, time.Since(start), 1500*time.Millisecond)

				o, dials = pipes(first)
				_, err = fetch(t, newClient(t, o), "http://feeds.example.com/")
				require.Error(t, err)
				assert.Equal(t, 3, dials(), "attempts are bounded")
			})
		})
	}
}

func TestDefiniteFailuresAreNotRetried(t *testing.T) {
	t.Parallel()
	for _, code := range []int{400, 401, 403, 404, 410, 422, 501, 505} {
		o, dials := pipes(status(code, ""))
		_, err := fetch(t, newClient(t, o), "http://feeds.example.com/")
		var got *StatusError
		require.ErrorAs(t, err, &got)
		assert.Equal(t, code, got.Code)
		assert.Equal(t, 1, dials(), "%d", code)
	}
}

func TestRetryAfterIsHonouredWithinBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		date := time.Now().Add(12 * time.Second).UTC().Format(http.TimeFormat)
		for value, wait := range map[string]time.Duration{"7": 7 * time.Second, "30": 30 * time.Second, date: 12 * time.Second} {
			o, dials := pipes(status(503, "Retry-After: "+value+"\r\n"), say(fine))
			c := newClient(t, o)
			if value == date {
				wait = time.Until(mustTime(t, date))
			}
			start := time.Now()
			_, err := fetch(t, c, "http://feeds.example.com/")
			require.NoError(t, err, value)
			assert.Equal(t, 2, dials())
			if wait > 0 {
				assert.Equal(t, wait, time.Since(start), value)
			}
		}
		for _, value := range []string{"31", "3600", "9223372036854775807", "18446744073709551616", "Fri, 31 Dec 2999 23:59:59 GMT"} {
			o, dials := pipes(status(429, "Retry-After: "+value+"\r\n"), say(fine))
			start := time.Now()
			_, err := fetch(t, newClient(t, o), "http://feeds.example.com/")
			if value == "18446744073709551616" { // no number: as if it were absent
				require.NoError(t, err)
				continue
			}
			var got *StatusError
			require.ErrorAs(t, err, &got, value)
			assert.Greater(t, got.RetryAfter, 30*time.Second)
			assert.Contains(t, err.Error(), "retry after")
			assert.Equal(t, 1, dials(), "a server that asks for more is left alone")
			assert.Zero(t, time.Since(start))
		}
	})
}

func mustTime(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := http.ParseTime(s)
	require.NoError(t, err)
	return at
}

func TestPauseEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, dials := pipes(status(503, "Retry-After: 20\r\n"))
		c := newClient(t, o)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		start := time.Now()
		_, err := fetchRequest(ctx, c, &Request{URL: "http://feeds.example.com/", MaxBytes: 1})
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 5*time.Second, time.Since(start))
		assert.Equal(t, 1, dials())
	})
}

func TestHangingErrorPageDoesNotHangTheRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := func(conn net.Conn) {
			_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100\r\n\r\n")
			hang(conn)
		}
		o, _ := pipes(page, say(fine))
		c := newClient(t, o)
		start := time.Now()
		data, err := fetch(t, c, "http://feeds.example.com/")
		require.NoError(t, err)
		assert.Equal(t, "ok", string(data))
		assert.Less(t, time.Since(start), 31*time.Second)
	})
}

func TestBackoffIsBounded(t *testing.T) {
	t.Parallel()
	for attempt := range 200 {
		wait := backoff(time.Second, time.Minute, attempt, nil)
		assert.Greater(t, wait, time.Duration(0))
		assert.LessOrEqual(t, wait, time.Minute)
	}
	assert.Equal(t, time.Duration(1), backoff(1, 1, 3, nil))
}
