package egress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// breaking serves want and breaks off after each `every` bytes of a transfer,
// the first `breaks` times.
func breaking(want []byte, every, breaks int, alter func(http.Header, *http.Request)) (http.HandlerFunc, *[]string) {
	var ranges []string
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range")+" "+r.Header.Get("If-Range"))
		w.Header().Set("ETag", `"v1"`)
		if alter != nil {
			alter(w.Header(), r)
		}
		if n < breaks {
			w = &breaker{ResponseWriter: w, left: every}
		}
		n++
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(want))
	}, &ranges
}

// breaker is a ResponseWriter that aborts the transfer.
type breaker struct {
	http.ResponseWriter
	left int
}

func (b *breaker) Write(p []byte) (int, error) {
	if len(p) > b.left {
		_, _ = b.ResponseWriter.Write(p[:b.left])
		_ = http.NewResponseController(b.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

func serveQuietly(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = quiet()
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

func openAll(t *testing.T, c *Client, url string, limit int64) ([]byte, error) {
	t.Helper()
	body, _, err := c.Open(t.Context(), url, limit)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(body)
	return data, errors.Join(err, body.Close())
}

func TestBrokenTransferIsResumed(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("0123456789"), 1000)
	h, ranges := breaking(want, 3000, 2, nil)
	url := serveQuietly(t, h)
	body, size, err := newClient(t, quick()).Open(t.Context(), url, int64(len(want)))
	require.NoError(t, err)
	assert.EqualValues(t, len(want), size)
	data, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.True(t, bytes.Equal(want, data))
	assert.Equal(t, []string{" ", `bytes=3000- "v1"`, `bytes=6000- "v1"`}, *ranges)
}

func TestBrokenTransferIsNotResumedForEver(t *testing.T) {
	t.Parallel()
	h, ranges := breaking(make([]byte, 10000), 1000, 100, nil)
	data, err := openAll(t, newClient(t, quick()), serveQuietly(t, h), 1<<20)
	var cut *TruncatedError
	require.ErrorAs(t, err, &cut)
	assert.Len(t, data, 3000, "three attempts")
	assert.Len(t, *ranges, 3)
}

func TestBrokenTransferIsNotResumedOntoOtherBytes(t *testing.T) {
	t.Parallel()
	for name, alter := range map[string]func(http.Header, *http.Request){
		"no validator":   func(h http.Header, _ *http.Request) { h.Del("ETag") },
		"weak validator": func(h http.Header, _ *http.Request) { h.Set("ETag", `W/"v1"`) },
		"changed": func(h http.Header, r *http.Request) {
			if r.Header.Get("Range") != "" {
				h.Set("ETag", `"v2"`) // ServeContent then answers with all of it
			}
		},
		"changed, but sent": func(h http.Header, r *http.Request) {
			if r.Header.Get("Range") != "" {
				h.Set("ETag", `"v2"`)
				r.Header.Del("If-Range")
			}
		},
		"other range": func(_ http.Header, r *http.Request) {
			if r.Header.Get("Range") != "" {
				r.Header.Set("Range", "bytes=2000-")
			}
		},
		"less than the rest": func(_ http.Header, r *http.Request) {
			if rng := r.Header.Get("Range"); rng != "" {
				r.Header.Set("Range", rng+"9000")
			}
		},
	} {
		h, _ := breaking(make([]byte, 10000), 3000, 1, alter)
		data, err := openAll(t, newClient(t, quick()), serveQuietly(t, h), 1<<20)
		var cut *TruncatedError
		require.ErrorAs(t, err, &cut, name)
		assert.Equal(t, TruncatedError{3000, 10000}, *cut, name)
		assert.Len(t, data, 3000, name)
	}
}

func TestResumedTransferStaysBounded(t *testing.T) {
	t.Parallel()
	// The rest is endless, and its length is not announced.
	h := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("Range") != "" {
			w.Header().Set("Content-Range", "bytes 3000-9999/10000")
			w.WriteHeader(http.StatusPartialContent)
		}
		block := strings.Repeat("x", 3000)
		for i := 0; r.Context().Err() == nil; i++ {
			_, _ = io.WriteString(w, block)
			_ = http.NewResponseController(w).Flush()
			if r.Header.Get("Range") == "" {
				panic(http.ErrAbortHandler)
			}
		}
	}
	data, err := openAll(t, newClient(t, quick()), serveQuietly(t, http.HandlerFunc(h)), 5000)
	var large *TooLargeError
	require.ErrorAs(t, err, &large)
	assert.Len(t, data, 5000)
}

func TestNothingHandedOutMeansAFreshStart(t *testing.T) {
	t.Parallel()
	n := 0
	url := serveQuietly(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Range"))
		w.Header().Set("Content-Length", "4")
		if n++; n == 1 {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, "four")
	}))
	data, err := openAll(t, newClient(t, quick()), url, 100)
	require.NoError(t, err)
	assert.Equal(t, "four", string(data))
}

func TestOpenReportsErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, http.NotFound)
	c := newClient(t, quick())
	_, _, err := c.Open(t.Context(), s.URL, 10)
	var status *StatusError
	require.ErrorAs(t, err, &status)
	var named *Error
	require.ErrorAs(t, err, &named)
	assert.Equal(t, s.URL, named.URL)
}

func TestOpenReturnsEveryLengthWhole(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil {
			panic(err)
		}
		_, _ = w.Write(bytes.Repeat([]byte{'a'}, n))
	})
	c := newClient(t, open())
	for _, n := range []int{0, 1, 511, 512, 513, 4096, 100_000} {
		data, err := openAll(t, c, fmt.Sprintf("%s/%d", s.URL, n), int64(max(n, 1)))
		require.NoError(t, err)
		assert.Len(t, data, n)
	}
}
