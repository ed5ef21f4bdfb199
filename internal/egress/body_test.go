package egress

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBodyIsBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/announced" {
			w.Header().Set("Content-Length", strconv.Itoa(1<<40))
			return
		}
		block := make([]byte, 64<<10)
		for r.Context().Err() == nil { // endless
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	c := newClient(t, open())
	resp, err := c.Get(t.Context(), &Request{URL: s.URL, MaxBytes: 100_000})
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.Copy(io.Discard, resp.Body)
	var large *TooLargeError
	require.ErrorAs(t, err, &large)
	assert.EqualValues(t, 100_000, got, "not a byte more")
	assert.Equal(t, TooLargeError{Max: 100_000, Size: -1}, *large)
	_, again := resp.Body.Read(make([]byte, 1))
	require.ErrorAs(t, again, &large, "it stays failed")

	_, err = fetch(t, c, s.URL+"/announced")
	require.ErrorAs(t, err, &large)
	assert.Equal(t, TooLargeError{Max: 1 << 20, Size: 1 << 40}, *large)
}

func TestBodyShorterThanPromised(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		raw  string
		want TruncatedError
	}{
		"content length": {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour", TruncatedError{4, 10}},
		"chunks":         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n", TruncatedError{4, -1}},
		"one chunk":      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nfour", TruncatedError{4, -1}},
	} {
		o, _ := pipes(say(tt.raw))
		_, err := fetch(t, newClient(t, o), "http://feeds.example.com/")
		var cut *TruncatedError
		require.ErrorAs(t, err, &cut, name)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, name)
		assert.Equal(t, tt.want, *cut, name)
		assert.Contains(t, err.Error(), "after 4", name)
	}
	// A transport that does not count is no way around it.
	lax := &bounded{body: io.NopCloser(strings.NewReader("four")), limit: 100, want: 10}
	_, err := io.ReadAll(lax)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestBytesBeyondContentLengthAreNotPartOfTheBody(t *testing.T) {
	t.Parallel()
	o, _ := pipes(say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfour and more"))
	data, err := fetch(t, newClient(t, o), "http://feeds.example.com/")
	require.NoError(t, err)
	assert.Equal(t, "four", string(data))
}

func TestContradictingLengthsAreRefused(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"Content-Length: 4\r\nContent-Length: 5", "Content-Length: -4", "Content-Length: 4x", "Content-Length: 99999999999999999999",
	} {
		o, _ := pipes(say("HTTP/1.1 200 OK\r\n" + header + "\r\n\r\nfour"))
		o.Attempts = 1
		_, err := fetch(t, newClient(t, o), "http://feeds.example.com/")
		require.Error(t, err, header)
	}
}

func TestCompressedBodyIsRefused(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, err := z.Write(make([]byte, 10<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	encoding := []string{"gzip"}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Encoding"] = encoding
		assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
		_, _ = w.Write(bomb.Bytes())
	})
	c := newClient(t, open())
	for _, encoding = range [][]string{{"gzip"}, {"GZIP"}, {"identity, br"}, {"identity", "zstd"}, {"deflate"}, {"x"}} {
		_, err = fetch(t, c, s.URL)
		var refused *EncodingError
		require.ErrorAs(t, err, &refused, "%v", encoding)
	}
	encoding = []string{"identity"}
	data, err := fetch(t, c, s.URL)
	require.NoError(t, err)
	assert.Equal(t, bomb.Bytes(), data, "bytes are never inflated")
}

func TestHTMLInsteadOfJSONIsNamed(t *testing.T) {
	t.Parallel()
	media := ""
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{media}
		if media == "" {
			w.Header()["Content-Type"] = nil
		}
		_, _ = io.WriteString(w, "{}")
	})
	c := newClient(t, open())
	get := func() error {
		_, err := fetchRequest(t.Context(), c, &Request{URL: s.URL, MaxBytes: 100, JSON: true})
		return err
	}
	for _, media = range []string{"text/html", "text/html; charset=utf-8", "TEXT/HTML", "application/xhtml+xml", "text/html; ==="} {
		var refused *ContentTypeError
		require.ErrorAs(t, get(), &refused, media)
		assert.True(t, refused.HTML(), media)
		assert.Contains(t, refused.Error(), "HTML instead of JSON")
	}
	for _, media = range []string{"application/xml", "image/png", "multipart/form-data", "nonsense"} {
		var refused *ContentTypeError
		require.ErrorAs(t, get(), &refused, media)
		assert.False(t, refused.HTML(), media)
		assert.Contains(t, refused.Error(), media)
	}
	for _, media = range []string{
		"", "application/json", "application/json; charset=utf-8", "text/json", "application/vnd.patchbay.index.v1+json",
		"text/plain; charset=utf-8", "application/octet-stream", "binary/octet-stream",
	} {
		require.NoError(t, get(), media)
	}
	media = "text/html"
	_, err := fetch(t, c, s.URL)
	require.NoError(t, err, "only who asks for JSON minds")
}

func TestHeaderIsBounded(t *testing.T) {
	t.Parallel()
	o, _ := pipes(say("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*MaxHeaderBytes) + "\r\n\r\n"))
	o.Attempts = 1
	_, err := fetch(t, newClient(t, o), "http://feeds.example.com/")
	require.Error(t, err)
	assert.Less(t, len(err.Error()), 700)

	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"`+strings.Repeat("x", 2000)+`"`)
	})
	resp, err := newClient(t, open()).Get(t.Context(), &Request{URL: s.URL, MaxBytes: 1})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Empty(t, resp.ETag, "not worth remembering")
}

func TestReadAllAllocatesForWhatCame(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 63, 64 << 10, 64<<10 + 1, 1 << 20, 3<<20 + 7} {
		want := bytes.Repeat([]byte("abcdefg"), n/7+1)[:n]
		for _, size := range []int64{-1, 0, int64(n), int64(n) / 2, int64(n) * 2, 1 << 50} {
			got, err := ReadAll(bytes.NewReader(want), size)
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got), "%d announced as %d", n, size)
			assert.LessOrEqual(t, cap(got), 2*n+(64<<10)+512, "%d announced as %d", n, size)
			if size == int64(n) {
				assert.LessOrEqual(t, cap(got), n+1, "no spare room when the size is right")
			}
		}
	}
	_, err := ReadAll(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), -1)
	require.ErrorIs(t, err, iotest.ErrTimeout)
	_, err = ReadAll(iotest.ErrReader(errors.New("broken")), 5)
	require.Error(t, err)
}

func TestYoungModificationTimeIsUnusable(t *testing.T) {
	t.Parallel()
	const date = "Mon, 01 Jan 2024 00:01:00 GMT"
	for modified, want := range map[string]bool{
		"Mon, 01 Jan 2024 00:00:00 GMT": true,
		"Mon, 01 Jan 2024 00:00:01 GMT": false,
		"Mon, 01 Jan 2024 00:01:00 GMT": false,
		"Mon, 01 Jan 2029 00:00:00 GMT": false,
		"yesterday":                     false,
		"":                              false,
	} {
		h := http.Header{"Date": {date}, "Last-Modified": {modified}}
		assert.Equal(t, want, lastModified(h) == modified && modified != "", modified)
		h.Del("Date")
		assert.Empty(t, lastModified(h))
	}
}
