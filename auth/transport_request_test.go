package auth

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC10_OwnCredentialsAreRefused: neither the caller's nor the connection's
// win silently.
func TestC10_OwnCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	for _, w := range ways(t) {
		tr := newTransport(t, w.options(n, hosts(t, "api.example.com")...))
		own := []func(*http.Request){
			func(r *http.Request) { r.Header.Set("Authorization", "Bearer mine") },
			func(r *http.Request) { r.Header["authorization"] = []string{"Bearer mine"} },
			func(r *http.Request) { r.Header["authorization"] = nil; r.Header["AUTHORIZATION"] = []string{""} },
			func(r *http.Request) { r.Header.Set("Proxy-Authorization", "Basic mine") },
		}
		switch w.name {
		case "header":
			own = append(own, func(r *http.Request) { r.Header["x-api-key"] = []string{"mine"} })
		case "query":
			own = append(own, func(r *http.Request) { r.URL.RawQuery = "api_key=mine" },
				func(r *http.Request) { r.URL.RawQuery = "api%5Fkey=mine" }, func(r *http.Request) { r.URL.RawQuery = "api_key" })
		case "sigv4":
			own = append(own, func(r *http.Request) { r.Header["x-amz-date"] = []string{"20150830T123600Z"} },
				func(r *http.Request) { r.Header["x-AMZ-security-token"] = []string{"mine"} })
		}
		for i, change := range own {
			req := request(t, "POST", home+"/", "body")
			change(req)
			before := fmt.Sprint(req.Header)
			_, err := do(tr.RoundTrip, req)
			require.ErrorIs(t, err, ErrOwnCredentials, "%s %d", w.name, i)
			require.ErrorIs(t, err, fs.ErrInvalid)
			assert.NotContains(t, err.Error(), "mine")
			assert.Equal(t, before, fmt.Sprint(req.Header))
		}
	}
	_, err := get(newTransport(t, ways(t)[0].options(n, hosts(t, "api.example.com")...)).Client(), "https://u:p@api.example.com/")
	require.Error(t, err)
	all, dials := n.take()
	assert.Empty(t, all)
	assert.Empty(t, dials)
}

func TestC10_RequestsThatMeanSomethingElseAreRefused(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	tr := newTransport(t, ways(t)[0].options(n, hosts(t, "api.example.com")...))
	for want, change := range map[string]func(*http.Request){
		"no URL":               func(r *http.Request) { r.URL = nil },
		"opaque":               func(r *http.Request) { r.URL.Opaque = "//away.example.net/" },
		"method TRACE":         func(r *http.Request) { r.Method = "TRACE" },
		"method CONNECT":       func(r *http.Request) { r.Method = "CONNECT" },
		"not that of its URL":  func(r *http.Request) { r.Host = "away.example.net" },
		"http must be allowed": func(r *http.Request) { r.URL.Scheme = "http" },
		"is not https":         func(r *http.Request) { r.URL.Scheme = "gopher" },
		"not absolute":         func(r *http.Request) { r.URL.Scheme = "" },
		"user information":     func(r *http.Request) { r.URL.User = url.User("u") },
		"cannot be parsed":     func(r *http.Request) { r.URL.Host = "api.example.com:x" },
		"not ASCII":            func(r *http.Request) { r.URL.Host = "\u0430pi.example.com" },
		"has no host":          func(r *http.Request) { r.URL.Host = "" },
		"longer than":          func(r *http.Request) { r.URL.Path = "/" + strings.Repeat("a", 9000) },
		"it cannot be parsed":  func(r *http.Request) { r.URL.Host = "away.example.net/api.example.com" },
	} {
		req := request(t, "POST", home+"/", "")
		closed := false
		req.Body = &closer{Reader: strings.NewReader("body"), closed: &closed}
		req.Host = ""
		change(req)
		_, err := do(tr.RoundTrip, req)
		require.ErrorContains(t, err, want)
		assert.True(t, closed, "%s: the body is closed", want)
		if !errors.As(err, new(*HostError)) {
			require.ErrorAs(t, err, new(*RequestError))
			require.ErrorIs(t, err, fs.ErrInvalid)
		}
	}
	all, dials := n.take()
	assert.Empty(t, all)
	assert.Empty(t, dials)
}

// closer is a body that says when it is closed.
type closer struct {
	io.Reader
	closed *bool
}

func (c *closer) Close() error { *c.closed = true; return nil }
