package auth

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC12_ResponseIsBounded(t *testing.T) {
	t.Parallel()
	n := newNet(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("a", 100)) })
	for limit, fits := range map[int64]bool{99: false, 100: true, 101: true, 1: false} {
		o := &TransportOptions{Hosts: hosts(t, "api.example.com"), Base: n.base, MaxResponseBytes: limit}
		resp, err := get(newTransport(t, o).Client(), home)
		require.NoError(t, err)
		data, err := resp.body, resp.readErr
		if fits {
			require.NoError(t, err)
			assert.Len(t, data, 100)
			continue
		}
		require.ErrorIs(t, err, ErrResponseTooLarge)
		require.ErrorIs(t, err, fs.ErrInvalid)
		assert.Len(t, data, int(limit))
	}
}

// TestC12_InflatedResponseIsBounded: a small answer may hide a large one.
func TestC12_InflatedResponseIsBounded(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
			return
		}
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, 1<<20))
		_ = z.Close()
	}))
	t.Cleanup(server.Close)
	o := &TransportOptions{
		Hosts: hosts(t, parsed(t, server.URL).Host), AllowPrivate: true, MaxResponseBytes: 1 << 16, Attempts: 1,
		RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
	}
	tr := newTransport(t, o)
	resp, err := get(tr.Client(), server.URL)
	require.NoError(t, err)
	require.ErrorIs(t, resp.readErr, ErrResponseTooLarge)
	assert.Len(t, resp.body, 1<<16)
	assert.Equal(t, DefaultClientTimeout, tr.Client().Timeout)

	o.HeaderTimeout = 300 * time.Millisecond
	_, err = get(newTransport(t, o).Client(), server.URL+"/slow")
	var slow interface{ Timeout() bool }
	require.ErrorAs(t, err, &slow)
	assert.True(t, slow.Timeout(), "HeaderTimeout bounds the wait for an answer")
}

func TestUpgradedConnectionStaysWritable(t *testing.T) {
	t.Parallel()
	n := newNet(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		_ = rw.Flush()
		line, _ := rw.ReadString('\n')
		_, _ = rw.WriteString("got " + line)
		_ = rw.Flush()
	})
	req := request(t, "GET", home, "")
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "x")
	resp, err := newTransport(t, ways(t)[0].options(n, hosts(t, "api.example.com")...)).RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	conn, is := resp.Body.(io.ReadWriter)
	require.True(t, is)
	_, err = io.WriteString(conn, "hi\n")
	require.NoError(t, err)
	text, _ := io.ReadAll(conn)
	assert.Equal(t, "got hi\n", string(text))
}

func TestBodyOfTheCallerIsClosedOnce(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	closed := false
	req := request(t, "POST", home, "")
	req.Body, req.ContentLength = &closer{Reader: strings.NewReader("streamed"), closed: &closed}, -1
	_, err := do(newTransport(t, ways(t)[3].options(n, hosts(t, "api.example.com")...)).Client().Do, req)
	require.NoError(t, err)
	all, _ := n.take()
	assert.Equal(t, "streamed", all[0].body)
	assert.True(t, closed)
}
