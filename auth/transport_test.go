package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }

func TestC10_EveryPlacementReachesItsHost(t *testing.T) {
	t.Parallel()
	want := map[string]func(s *seen) bool{
		"basic":  func(s *seen) bool { return s.header.Get("Authorization") == basicOf("ann", canary) },
		"header": func(s *seen) bool { return s.header.Get("X-Api-Key") == canary },
		"query":  func(s *seen) bool { return s.uri == "/v1?a=1&b=%20&api_key="+url.QueryEscape(canary) },
		"bearer": func(s *seen) bool { return s.header.Get("Authorization") == "Bearer "+canary },
		"oauth2": func(s *seen) bool { return s.header.Get("Authorization") == "Bearer "+canary },
		"oauth1": func(s *seen) bool {
			return strings.HasPrefix(s.header.Get("Authorization"), `OAuth oauth_consumer_key="ck", oauth_nonce="`)
		},
		"sigv4": func(s *seen) bool {
			return strings.HasPrefix(s.header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKID/") && s.header.Get(headerAmzToken) == canary
		},
		"mtls":   func(s *seen) bool { return s.cert == "client "+canary },
		"custom": func(s *seen) bool { return strings.HasPrefix(s.header.Get("Cookie"), "own=1; session=Y2FuYXJ5") },
	}
	for _, w := range ways(t) {
		n := newNet(t, ok)
		client := newTransport(t, w.options(n, hosts(t, "*.example.com")...)).Client()
		for range 2 {
			req := request(t, "GET", home+"/v1?a=1&b=%20", "")
			req.AddCookie(&http.Cookie{Name: "own", Value: "1"})
			before := fmt.Sprint(req.URL, req.Header, req.Host)
			resp, err := do(client.Do, req)
			require.NoError(t, err, w.name)
			assert.Equal(t, "ok", resp.body)
			all, _ := n.take()
			require.Len(t, all, 1)
			assert.True(t, want[w.name](all[0]), "%s: %s", w.name, all[0].dump())
			assert.Equal(t, before, fmt.Sprint(req.URL, req.Header, req.Host), "the caller's request is not changed")
			clean(t, resp.Request.URL, resp.Request.Header, resp.Response)
		}
	}
}

func basicOf(user, password string) string {
	req := &http.Request{Header: http.Header{}}
	req.SetBasicAuth(user, password)
	return req.Header.Get("Authorization")
}

// TestC10_NothingIsSentToOtherHosts holds for requests of the program itself.
func TestC10_NothingIsSentToOtherHosts(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		n := newNet(t, ok)
		o := w.options(n, hosts(t, "api.example.com", "https://*.example.org")...)
		for _, mode := range []Outside{OutsideRefused, OutsideRedirects, OutsideAllowed} {
			o.Outside = mode
			client := newTransport(t, o).Client()
			for _, target := range []string{
				away, "https://example.com", "https://api.example.com:8443", "https://api.example.com.", "https://example.org",
				"https://api.example.com.away.example.net",
			} {
				_, err := get(client, target)
				all, dials := n.take()
				if mode != OutsideAllowed {
					var refused *HostError
					require.ErrorAs(t, err, &refused, target)
					require.ErrorIs(t, err, fs.ErrPermission)
					assert.Equal(t, strings.TrimPrefix(target, "https://"), refused.Host)
					assert.Contains(t, err.Error(), "not among the hosts")
					assert.Empty(t, dials, target)
					continue
				}
				require.NoError(t, err, target)
				require.Len(t, all, 1)
				assert.False(t, all[0].creds(), "%s %s: %s", w.name, target, all[0].dump())
			}
		}
	}
}

func TestC10_HostErrorNamesParametersWithoutValue(t *testing.T) {
	t.Parallel()
	patterns, faults := CompileHosts([]string{"{sub}.example.com", "{zone}.{sub}"}, nil)
	require.Empty(t, faults)
	_, err := get(newTransport(t, &TransportOptions{Hosts: patterns}).Client(), home)
	require.ErrorContains(t, err, `host "api.example.com" refused`)
	require.ErrorContains(t, err, "a parameter has no value: sub")
	_, err = get(newTransport(t, nil).Client(), home)
	require.ErrorIs(t, err, fs.ErrPermission, "nil options reach nothing")
}

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

// TestC10_URLErrorShowsNoQueryKey: net/http quotes the URL in every error.
func TestC10_URLErrorShowsNoQueryKey(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		for name, answer := range map[string]roundTrip{
			"dial": func(r *http.Request) (*http.Response, error) { return nil, errors.New("no route") },
			"says it": func(r *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("malformed answer to %s %v: %w", r.URL, r.Header, context.DeadlineExceeded)
			},
			"nested": func(r *http.Request) (*http.Response, error) {
				return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: fmt.Errorf("%v %w", r.Header, errors.ErrUnsupported)}
			},
		} {
			if w.name == "mtls" {
				continue // it needs a real transport
			}
			o := w.options(&fakeNet{}, hosts(t, "api.example.com")...)
			o.Base = answer
			_, err := get(newTransport(t, o).Client(), home+"/v1")
			var outer *url.Error
			require.ErrorAs(t, err, &outer, name)
			assert.Equal(t, home+"/v1", outer.URL)
			for e := err; e != nil; e = errors.Unwrap(e) {
				clean(t, e)
			}
			if name == "says it" && w.name == "bearer" {
				require.ErrorIs(t, err, context.DeadlineExceeded, "what kind of error it was is still known")
			}
		}
	}
}

// TestC10_TraceSeesNoHeader: instrumentation of the program logs what it sees.
func TestC10_TraceSeesNoHeader(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	var log strings.Builder
	connected := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		GotConn:          func(httptrace.GotConnInfo) { connected = true },
		WroteHeaderField: func(name string, values []string) { fmt.Fprint(&log, name, values) },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, home, http.NoBody)
	require.NoError(t, err)
	w := ways(t)[1]
	_, err = do(newTransport(t, w.options(n, hosts(t, "api.example.com")...)).Client().Do, req)
	require.NoError(t, err)
	assert.Empty(t, log.String())
	assert.True(t, connected, "the rest of the trace works")
}

func TestC10_NoneSendsNothing(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	source := SourceFunc(func(context.Context, *Credentials) (*Credentials, error) { panic("not asked") })
	for _, s := range []*Scheme{nil, {ID: "none", Type: None}} {
		o := &TransportOptions{Scheme: s, Source: source, Hosts: hosts(t, "api.example.com"), Base: n.base}
		_, err := get(newTransport(t, o).Client(), home)
		require.NoError(t, err)
	}
	all, _ := n.take()
	assert.False(t, all[0].creds() || all[1].creds())
}

func TestC10_JarOfTheCallerLearnsNothingFromOtherHosts(t *testing.T) {
	t.Parallel()
	n := newNet(t, goTo)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	o := ways(t)[0].options(n, hosts(t, "api.example.com")...)
	o.Outside = OutsideRedirects
	client := newTransport(t, o).Client()
	client.Jar = jar
	_, err = get(client, home+"/start?code=302&to="+away+"/landing")
	require.NoError(t, err)
	assert.Empty(t, jar.Cookies(parsed(t, home)))
	_, err = get(client, home+"/landing")
	require.NoError(t, err)
	assert.Len(t, jar.Cookies(parsed(t, home)), 1)
}

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

// TestC12_LoopbackNeedsPermission uses the guarded transport itself.
func TestC12_LoopbackNeedsPermission(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++; ok(w, r) }))
	t.Cleanup(server.Close)
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	u := parsed(t, server.URL)
	o := &TransportOptions{
		Scheme: bearer, Source: StaticSource(creds(ValueToken, canary)), Hosts: hosts(t, u.Host, "localhost:"+u.Port()), RootCAs: roots,
	}
	for _, target := range []string{server.URL, "https://localhost:" + u.Port()} {
		_, err := get(newTransport(t, o).Client(), target)
		var refused *HostError
		require.ErrorAs(t, err, &refused, target)
		require.ErrorIs(t, err, fs.ErrPermission)
		assert.Contains(t, refused.Reason, "must be allowed explicitly")
	}
	assert.Zero(t, asked)
	o.AllowPrivate = true
	_, err := get(newTransport(t, o).Client(), server.URL)
	require.NoError(t, err)
	assert.Equal(t, 1, asked)
}

func TestC12_AllowHTTP(t *testing.T) {
	t.Parallel()
	n := newNet(t, goTo)
	o := &TransportOptions{
		Scheme: bearer, Source: StaticSource(creds(ValueToken, canary)), Hosts: hosts(t, "api.example.com", "https://other.example.com"),
		Base: n.base, AllowHTTP: true, Outside: OutsideAllowed,
	}
	client := newTransport(t, o).Client()
	for target, with := range map[string]bool{
		"http://api.example.com/x": true, "http://other.example.com/x": false, "https://other.example.com/x": true,
	} {
		_, err := get(client, target)
		require.NoError(t, err, target)
		all, _ := n.take()
		assert.Equal(t, with, all[0].creds(), target)
	}
	_, err := get(client, home+"/start?code=302&to=http://api.example.com/landing")
	require.ErrorContains(t, err, "it leaves https")
	_, err = get(client, "http://api.example.com/start?code=302&to="+home+"/landing")
	require.NoError(t, err)
	all, _ := n.take()
	require.Len(t, all, 3)
	assert.False(t, all[2].creds(), "another scheme is another origin")
}
