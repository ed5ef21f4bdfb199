package httpfeed_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/connector"
)

// load reads a feed whose server is h, which must fail.
func load(t *testing.T, h http.HandlerFunc) error {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	u, err := newFeed(t, server.URL, &httpfeed.Options{Parse: &connector.ParseOptions{MaxBytes: 4 << 20}}).Load(t.Context(), catalog.FeedState{})
	require.Error(t, err)
	assert.Nil(t, u)
	return err
}

func TestAttack_GzipBomb(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, err := z.Write(bytes.Repeat([]byte(" "), 16<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	err = load(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(bomb.Bytes())
	})
	var refused *httpfeed.EncodingError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "gzip", refused.Encoding)
}

func TestAttack_RedirectToASpecialAddress(t *testing.T) {
	t.Parallel()
	err := load(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/?q=hush", http.StatusFound)
	})
	var redirect *httpfeed.RedirectError
	require.ErrorAs(t, err, &redirect)
	var refused *httpfeed.AddressError
	require.ErrorAs(t, err, &refused)
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.NotContains(t, err.Error(), "hush")
}

func TestAttack_RedirectToAnotherScheme(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"https://feeds.example.com/", "file:///etc/passwd", "ftp://feeds.example.com/", "data:,{}"} {
		err := load(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusPermanentRedirect)
		})
		var redirect *httpfeed.RedirectError
		require.ErrorAs(t, err, &redirect, to)
	}
}

func TestAttack_RedirectForEver(t *testing.T) {
	t.Parallel()
	n := 0
	err := load(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, "/"+strconv.Itoa(n), http.StatusFound)
	})
	var redirect *httpfeed.RedirectError
	require.ErrorAs(t, err, &redirect)
	assert.Equal(t, 6, n)
}

func TestAttack_HTMLInPlaceOfTheIndex(t *testing.T) {
	t.Parallel()
	for _, media := range []string{"text/html; charset=utf-8", "text/plain", "application/json", "application/octet-stream"} {
		err := load(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html>Please sign in</html>")
		})
		var refused *httpfeed.ContentTypeError
		require.ErrorAs(t, err, &refused, media)
		assert.True(t, refused.HTML())
		assert.Contains(t, err.Error(), "HTML instead of JSON")
	}
}

func TestAttack_BodyShorterThanPromised(t *testing.T) {
	t.Parallel()
	index := encoded(t, 1, slack("1.0.0"))
	for name, answer := range map[string]string{
		"content length": "HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(index)+1) + "\r\n\r\n" + string(index),
		"chunked":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strconv.FormatInt(int64(len(index)), 16) + "\r\n" + string(index) + "\r\n",
	} {
		err := load(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, answer)
				_ = conn.Close()
			}
		})
		var cut *httpfeed.TruncatedError
		require.ErrorAs(t, err, &cut, name)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
	}
}

func TestAttack_BodyLongerThanPromised(t *testing.T) {
	t.Parallel()
	// Over HTTP/1.1 the surplus is not seen: what was promised is what counts.
	index := encoded(t, 1, slack("1.0.0"))
	err := load(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "+strconv.Itoa(len(index)/2)+"\r\n\r\n"+string(index))
			_ = conn.Close()
		}
	})
	var faults connector.Faults
	require.ErrorAs(t, err, &faults)
}

func TestAttack_EndlessBody(t *testing.T) {
	t.Parallel()
	block := bytes.Repeat([]byte(" "), 64<<10)
	err := load(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	var large *httpfeed.TooLargeError
	require.ErrorAs(t, err, &large)
	assert.EqualValues(t, 4<<20, large.Max)
}

func TestAttack_EnormousAnnouncement(t *testing.T) {
	t.Parallel()
	err := load(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", strconv.Itoa(1<<60)) })
	var large *httpfeed.TooLargeError
	require.ErrorAs(t, err, &large)
}

func TestAttack_DeepNesting(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000)
	objects := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat(`}`, 100_000)
	for name, doc := range map[string]string{
		"document":   deep,
		"objects":    objects,
		"member":     `{"format":"patchbay.index/v1","unknown":` + deep + `,"connectors":[]}`,
		"connectors": `{"format":"patchbay.index/v1","connectors":` + objects + `}`,
	} {
		err := load(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, doc) })
		var faults connector.Faults
		require.ErrorAs(t, err, &faults, name)
		assert.Less(t, len(err.Error()), 2000)
	}
}

// TestAttack_SlowDrip feeds an index byte by byte, over memory and in false time.
func TestAttack_SlowDrip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer server.Close()
				if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
					return
				}
				_, err := io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
				for err == nil {
					time.Sleep(time.Second)
					_, err = server.Write([]byte(" "))
				}
			}()
			return client, nil
		}}
		f := httpfeed.New("https://feeds.example.com/", &httpfeed.Options{HTTPClient: &http.Client{Transport: overHTTP{transport}}})
		start := time.Now()
		_, err := f.Load(t.Context(), catalog.FeedState{})
		var slow *httpfeed.TimeoutError
		require.ErrorAs(t, err, &slow)
		assert.Equal(t, 30*time.Second, time.Since(start))
		time.Sleep(2 * time.Second) // the server notices
	})
}

// overHTTP sends what is meant for https in clear, as a test has no certificate.
type overHTTP struct{ next http.RoundTripper }

func (o overHTTP) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return o.next.RoundTrip(r)
}
