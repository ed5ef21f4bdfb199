package egress

import (
	"context"
	"crypto/tls"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGetSendsAPlainRequest(t *testing.T) {
	t.Parallel()
	var seen http.Header
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
		_, _ = io.WriteString(w, "body")
	})
	c := newClient(t, open())
	resp, err := c.Get(t.Context(), &Request{URL: s.URL, MaxBytes: 4, JSON: true})
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "body", string(data), "exactly MaxBytes pass")
	assert.EqualValues(t, 4, resp.Size)
	assert.Equal(t, `"one"`, resp.ETag)
	assert.Equal(t, "Mon, 01 Jan 2024 00:00:00 GMT", resp.LastModified)
	assert.Equal(t, http.Header{
		"User-Agent": {"patchbay"}, "Accept-Encoding": {"identity"}, "Accept": {"application/json"},
	}, seen)
}

func TestGetIsConditional(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"one"` || r.Header.Get("If-Modified-Since") != "" || r.URL.Path == "/always" {
			w.WriteHeader(http.StatusNotModified)
		}
	})
	c := newClient(t, open())
	for _, r := range []*Request{
		{URL: s.URL, MaxBytes: 1, ETag: `"one"`},
		{URL: s.URL, MaxBytes: 1, LastModified: "Mon, 01 Jan 2024 00:00:00 GMT"},
	} {
		resp, err := c.Get(t.Context(), r)
		require.NoError(t, err)
		assert.True(t, resp.NotModified)
		data, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Empty(t, data)
		require.NoError(t, resp.Body.Close())
	}
	_, err := fetch(t, c, s.URL+"/always")
	var status *StatusError
	require.ErrorAs(t, err, &status, "nobody asked whether it was modified")
	assert.Equal(t, http.StatusNotModified, status.Code)
}

func TestStatusIsTyped(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var code int
		for _, d := range r.URL.Path[1:] {
			code = code*10 + int(d-'0')
		}
		w.WriteHeader(code)
	})
	c := newClient(t, quick())
	for code, is := range map[int]error{
		201: nil, 204: nil, 206: nil, 300: nil, 304: nil, 400: nil, 401: fs.ErrPermission, 403: fs.ErrPermission,
		404: fs.ErrNotExist, 410: fs.ErrNotExist, 418: nil, 500: nil, 501: nil, 599: nil,
	} {
		_, err := fetch(t, c, s.URL+"/"+strconv.Itoa(code)+"?token=hush")
		var status *StatusError
		require.ErrorAs(t, err, &status, "%d", code)
		assert.Equal(t, code, status.Code)
		assert.NotContains(t, err.Error(), "hush")
		assert.Contains(t, err.Error(), strconv.Itoa(code))
		if is != nil {
			require.ErrorIs(t, err, is)
		}
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bad-location":
			w.Header().Set("Location", "https://hush@exa mple/?token=hush")
		case "/other-scheme":
			w.Header().Set("Location", "https://u:hush@feeds.example.com/?token=hush#hush")
		case "/user":
			w.Header().Set("Location", "http://u:hush@"+r.Host+"/?token=hush")
		case "/malformed":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "nonsense "+r.URL.RawQuery+strings.Repeat("!", 5000)+"\r\n\r\n")
				_ = conn.Close()
			}
			return
		}
		w.WriteHeader(http.StatusFound)
	})
	c := newClient(t, quick())
	for _, path := range []string{"/bad-location", "/other-scheme", "/user", "/malformed", "/none"} {
		_, err := fetch(t, c, s.URL+path+"?key=hush&more=1")
		require.Error(t, err, path)
		assert.NotContains(t, err.Error(), "hush", path)
		assert.Contains(t, err.Error(), path)
		assert.Less(t, len(err.Error()), 700, path)
	}
	for _, url := range []string{
		"https://u:hush@feeds.example.com/?hush", "https://hush.example.com:hush/", "https://exa mple/hush",
		"http://127.0.0.1:1/?hush=hush",
	} {
		_, err := fetch(t, c, url)
		require.Error(t, err)
		assert.NotContains(t, strings.ReplaceAll(err.Error(), "hush.example.com", ""), "hush", url)
	}
}

func TestHeaderStaysAtTheOrigin(t *testing.T) {
	t.Parallel()
	var seen []string
	note := func(r *http.Request) {
		seen = append(seen, r.URL.Path+" "+r.Header.Get("X-Api-Key")+" "+r.Header.Get("Referer"))
	}
	var home *httptest.Server
	away := serve(t, func(w http.ResponseWriter, r *http.Request) {
		note(r)
		http.Redirect(w, r, home.URL+"/again", http.StatusFound)
	})
	home = serve(t, func(w http.ResponseWriter, r *http.Request) {
		note(r)
		switch r.URL.Path {
		case "/start":
			http.Redirect(w, r, "/near?token=hush", http.StatusFound)
		case "/near":
			http.Redirect(w, r, away.URL+"/away", http.StatusTemporaryRedirect)
		}
	})
	r := &Request{URL: home.URL + "/start", MaxBytes: 10, Header: http.Header{"X-Api-Key": {"k"}, "Accept-Encoding": {"gzip"}}}
	_, err := fetchRequest(t.Context(), newClient(t, open()), r)
	require.NoError(t, err)
	assert.Equal(t, []string{"/start k ", "/near k ", "/away  ", "/again  "}, seen)
	assert.Equal(t, http.Header{"X-Api-Key": {"k"}, "Accept-Encoding": {"gzip"}}, r.Header, "not written to")
}

func TestTLSIsVerified(t *testing.T) {
	t.Parallel()
	n := 0
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		_, _ = io.WriteString(w, "ok")
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	_, err := fetch(t, newClient(t, &Options{AllowPrivate: true}), s.URL)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "certificate")
	assert.Zero(t, n)

	data, err := fetch(t, newClient(t, &Options{AllowPrivate: true, RootCAs: roots(t, s)}), s.URL)
	require.NoError(t, err)
	assert.Equal(t, "ok", string(data))

	data, err = fetch(t, newClient(t, &Options{AllowPrivate: true, HTTPClient: s.Client()}), s.URL)
	require.NoError(t, err)
	assert.Equal(t, "ok", string(data))
	_, err = fetch(t, newClient(t, &Options{HTTPClient: s.Client()}), s.URL)
	require.ErrorIs(t, err, fs.ErrPermission, "hosts are checked over a foreign transport, too")
}

func TestHTTPClientWithoutTransportIsGuarded(t *testing.T) {
	t.Parallel()
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	o := &Options{AllowHTTP: true, HTTPClient: &http.Client{Timeout: 7}, Attempts: 100}
	c := newClient(t, o)
	_, err := fetch(t, c, s.URL)
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.EqualValues(t, 7, c.opts.Timeout)
	assert.Equal(t, MaxAttempts, c.opts.Attempts)
	assert.Equal(t, 100, o.Attempts, "the caller's options are copied")
}

func TestRequestWithoutABoundIsRefused(t *testing.T) {
	t.Parallel()
	_, err := New(nil).Get(t.Context(), &Request{URL: "https://feeds.example.com/"})
	require.ErrorContains(t, err, "MaxBytes")
}

func TestCancelledContextIsReported(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "some")
			_ = http.NewResponseController(w).Flush()
		}
		cancel()
		<-r.Context().Done()
	})
	c := newClient(t, open())
	_, err := fetchRequest(ctx, c, &Request{URL: s.URL, MaxBytes: 10})
	require.ErrorIs(t, err, context.Canceled)
	_, err = fetchRequest(ctx, c, &Request{URL: s.URL, MaxBytes: 10})
	require.ErrorIs(t, err, context.Canceled, "before it began")

	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	_, err = fetchRequest(ctx, c, &Request{URL: s.URL + "/body", MaxBytes: 10})
	require.ErrorIs(t, err, context.Canceled, "within the body")
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	defer s.Close()
	o := quick()
	o.RootCAs = roots(t, s)
	_, err := fetch(t, newClient(t, o), s.URL)
	require.ErrorContains(t, err, "protocol version")
}
