package auth

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goTo answers /start with a redirect as its query says, /echo with one that
// keeps the query of the request, and everything else with 200.
func goTo(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch r.URL.Path {
	case "/start":
		code, _ := strconv.Atoi(q.Get("code"))
		w.Header().Set("Location", q.Get("to"))
		w.Header().Set("Set-Cookie", "server=1")
		w.WriteHeader(code)
	case "/echo":
		w.Header().Set("Location", q.Get("to")+"?"+r.URL.RawQuery)
		w.WriteHeader(http.StatusFound)
	case "/landing":
		w.Header().Set("Set-Cookie", "server=2")
		_, _ = io.WriteString(w, "landed")
	case "/back":
		http.Redirect(w, r, home+"/start?code=307&to=/landing", http.StatusFound)
	}
}

// hopCase is a redirect and what becomes of it.
type hopCase struct {
	to      string
	follows string // origin that sees the next request; empty: nobody
	creds   bool   // it carries credentials
	closed  bool   // it is followed with OutsideRefused, too
}

var hopCases = []hopCase{
	// The same origin, however it is written.
	{"/landing", home, true, true},
	{"landing?x=1#f", home, true, true},
	{"//api.example.com/landing", home, true, true},
	{"https://API.example.com/landing", "https://API.example.com", true, true},
	{"https://api.example.com:443/landing", home + ":443", true, true},
	// Another port, host or scheme: listed or not, no credentials.
	{"https://api.example.com:8443/landing", home + ":8443", false, true},
	{"https://other.example.com/landing", "https://other.example.com", false, true},
	{"https://deep.sub.example.org/landing", "https://deep.sub.example.org", false, true},
	{"//other.example.com/landing", "https://other.example.com", false, true},
	{away + "/landing", away, false, false},
	{"https://example.com/landing", "https://example.com", false, false},
	{"https://x.api.example.com/landing", "https://x.api.example.com", false, false},
	{"https://api.example.com.away.example.net/landing", "https://api.example.com.away.example.net", false, false},
	{"https://api.example.com./landing", "https://api.example.com.", false, false},
	{"https://xn--pi-7kc.example.com/landing", "https://xn--pi-7kc.example.com", false, false},
	{"https://away.example.net:8443/landing", away + ":8443", false, false},
	// Never.
	{"http://api.example.com/landing", "", false, false},
	{"http://api.example.com:443/landing", "", false, false},
	{"http://away.example.net/landing", "", false, false},
	{"https://u:p@api.example.com/landing", "", false, false},
	{"https://api.example.com@away.example.net/landing", "", false, false},
	{"https://\u0430pi.example.com/landing", "", false, false},
	{"https://\uff41pi.example.com/landing", "", false, false},
	{"ftp://api.example.com/landing", "", false, false},
	{"file:///etc/passwd", "", false, false},
	{"javascript:alert(1)", "", false, false},
	{"https:///landing", "", false, false},
	{"https://", "", false, false},
	{`https:\\away.example.net\landing`, "", false, false},
	{"https://api.example.com:0/landing", "", false, false},
	{"https://api.example.com:x/landing", "", false, false},
	{"https://127.0.0.1/landing", "", false, false},
	{"https://localhost/landing", "", false, false},
	{"https://2130706433/landing", "", false, false},
	{"https://[::ffff:169.254.169.254]/landing", "", false, false},
	{"https://169.254.169.254/latest", "", false, false},
}

// TestC10_CredentialsStayAtHome sends every placement into every kind of hop, by
// every status that redirects.
func TestC10_CredentialsStayAtHome(t *testing.T) {
	t.Parallel()
	listed := hosts(t, "api.example.com", "api.example.com:8443", "other.example.com", "*.sub.example.org")
	for _, w := range ways(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			n := newNet(t, goTo)
			for _, mode := range []Outside{OutsideRefused, OutsideRedirects, OutsideAllowed} {
				o := w.options(n, listed...)
				o.Outside = mode
				tr := newTransport(t, o)
				client := tr.Client()
				for i, hop := range hopCases {
					code := []int{301, 302, 303, 307, 308}[(i+int(mode))%5]
					for _, code := range map[bool][]int{true: {301, 302, 303, 307, 308}, false: {code}}[mode == OutsideRefused] {
						hop := hop
						if mode == OutsideRefused && !hop.closed {
							hop.follows = ""
						}
						hop.run(t, n, client, code)
					}
				}
			}
		})
	}
}

func (h *hopCase) run(t *testing.T, n *fakeNet, client *http.Client, code int) {
	t.Helper()
	name := fmt.Sprintf("%d %s", code, h.to)
	req := request(t, "GET", home+"/start?"+url.Values{"to": {h.to}, "code": {strconv.Itoa(code)}}.Encode(), "")
	req.Header.Set("Accept", "text/plain")
	req.Header.Set("X-Own", "mine")
	resp, err := do(client.Do, req)
	all, _ := n.take()
	require.NotEmpty(t, all, "%s: %v", name, err)
	require.True(t, all[0].creds(), "%s: the first request carries credentials", name)
	if h.follows == "" {
		require.Error(t, err, name)
		require.Len(t, all, 1, "%s: nothing more is sent", name)
		var refused *RedirectError
		require.ErrorAs(t, err, &refused, name)
		clean(t, err)
		return
	}
	require.NoError(t, err, name)
	require.Len(t, all, 2, name)
	require.Equal(t, h.follows, all[1].origin, name)
	require.Equal(t, h.creds, all[1].creds(), "%s: %s", name, all[1].dump())
	require.Empty(t, all[1].header["Referer"], name)
	require.Equal(t, []string{"text/plain"}, all[1].header["Accept"], name)
	require.Equal(t, h.creds, all[1].header["X-Own"] != nil, "%s: the caller's own headers stay at home, too", name)
	require.Equal(t, h.creds, resp.Header["Set-Cookie"] != nil, "%s: other hosts set no cookie here", name)
	clean(t, resp.Request.URL, resp.Request.Header)
}

// clean fails when a value shows the canary or a piece of a placement.
func clean(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%q", v)} {
			plain, _ := url.QueryUnescape(text)
			for _, text := range []string{text, plain} {
				for _, bad := range []string{canary, "canary", "Basic ", "Bearer ", "OAuth ", "AWS4", "Y2FuYXJ5", "PRIVATE KEY"} {
					require.NotContains(t, text, bad)
				}
			}
		}
	}
}

// TestC10_CredentialsDoNotComeBack: once an exchange has left, it stays without.
func TestC10_CredentialsDoNotComeBack(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		n := newNet(t, goTo)
		o := w.options(n, hosts(t, "api.example.com", "other.example.com")...)
		resp, err := get(newTransport(t, o).Client(), home+"/start?code=302&to="+url.QueryEscape("https://other.example.com/back"))
		require.NoError(t, err, w.name)
		all, _ := n.take()
		require.Len(t, all, 4, w.name)
		assert.True(t, all[0].creds(), w.name)
		assert.False(t, all[1].creds(), w.name)
		for _, s := range all[2:] {
			assert.Equal(t, home, s.origin)
			assert.False(t, s.creds(), "%s: a stranger has chosen this URL: %s", w.name, s.uri)
		}
		assert.Empty(t, resp.Header["Set-Cookie"])
	}
}

// TestC10_EchoedQueryKeyIsTakenOut: servers repeat the query they were sent.
func TestC10_EchoedQueryKeyIsTakenOut(t *testing.T) {
	t.Parallel()
	for _, key := range []string{canary, "a b&c=d;e#f%67", "k"} {
		n := newNet(t, goTo)
		o := &TransportOptions{
			Scheme: &Scheme{ID: "s", Type: APIKey, In: InQuery, Name: "api.key[]"}, Source: StaticSource(creds(ValueAPIKey, key)),
			Hosts: hosts(t, "api.example.com"), Base: n.base, Outside: OutsideRedirects,
		}
		client := newTransport(t, o).Client()
		for _, to := range []string{away + "/landing", "/landing"} {
			resp, err := get(client, home+"/echo?page=2&to="+to)
			require.NoError(t, err)
			all, _ := n.take()
			require.Len(t, all, 2)
			got, err := url.Parse(all[1].uri)
			require.NoError(t, err)
			assert.Equal(t, "2", got.Query().Get("page"), "the rest of the query stays")
			values := got.Query()["api.key[]"]
			if to == "/landing" {
				assert.Equal(t, []string{key}, values, "at home it is set anew, once")
			} else {
				assert.Empty(t, values)
			}
			assert.Empty(t, resp.Request.URL.Query()["api.key[]"])
		}
	}
}

func TestC10_LocationWithTheCredentialsIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		if w.name == "mtls" {
			continue // nothing of it can be seen in a request
		}
		for _, to := range []string{
			away + "/landing?stolen=" + url.QueryEscape(canary), away + "/" + url.PathEscape(canary), away + "/x?" + encodeStrict(canary) + "=1",
			away + "/x?" + strings.ToUpper(url.QueryEscape(canary)), "/y#" + canary,
		} {
			base := roundTrip(func(req *http.Request) (*http.Response, error) {
				return reply(302, http.Header{"Location": {to}}), nil
			})
			o := &TransportOptions{
				Scheme: w.scheme, Source: StaticSource(w.creds), Hosts: hosts(t, "api.example.com"), Base: base, Outside: OutsideAllowed,
				Placers: map[string]Placer{"s": w.placer},
			}
			_, err := get(newTransport(t, o).Client(), home)
			var refused *RedirectError
			require.ErrorAs(t, err, &refused, "%s %s", w.name, to)
			require.Equal(t, "it has the credentials in it", refused.Reason, "%s %s", w.name, to)
			clean(t, err)
		}
	}
}

// TestC10_WhatIsNoSecretMayStandInALocation: regions and account names do, in host
// names for example.
func TestC10_WhatIsNoSecretMayStandInALocation(t *testing.T) {
	t.Parallel()
	scheme := &Scheme{ID: "s", Type: AWSSigV4, Params: []Param{{Key: "bucket"}, {Key: "secret_access_key", Secret: true}, {Key: "realm", Secret: true}}}
	for to, refused := range map[string]bool{
		"https://s3.eu-central-1.example.com/my-bucket/AKIDEXAMPLE": false,
		"https://x.example.com/open-realm":                          true, // the scheme says that it is one
		"https://x.example.com/unknown-value":                       true, // nobody says that it is none
	} {
		base := roundTrip(func(req *http.Request) (*http.Response, error) {
			if req.URL.Host != "api.example.com" {
				return reply(200, nil), nil
			}
			return reply(302, http.Header{"Location": {to}}), nil
		})
		o := &TransportOptions{
			Scheme: scheme, Hosts: hosts(t, "api.example.com"), Base: base, Outside: OutsideRedirects,
			Source: StaticSource(creds(ValueAccessKeyID, "AKIDEXAMPLE", ValueSecretAccessKey, canary, ValueRegion, "eu-central-1",
				ValueService, "s3", "bucket", "my-bucket", "realm", "open-realm", "unknown", "unknown-value")),
		}
		_, err := get(newTransport(t, o).Client(), home)
		if refused {
			require.ErrorContains(t, err, "it has the credentials in it", to)
			continue
		}
		require.NoError(t, err, to)
	}
}

func TestC10_RedirectsAreBounded(t *testing.T) {
	t.Parallel()
	sent := 0
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		sent++
		return reply(302, http.Header{"Location": {"/" + strconv.Itoa(sent)}}), nil
	})
	o := &TransportOptions{Scheme: bearer, Source: StaticSource(creds(ValueToken, canary)), Hosts: hosts(t, "api.example.com"), Base: base}
	_, err := get(newTransport(t, o).Client(), home)
	var refused *RedirectError
	require.ErrorAs(t, err, &refused)
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.Equal(t, "more than 5 redirects", refused.Reason)
	assert.Equal(t, home+"/6", refused.To)
	assert.Equal(t, MaxRedirects+1, sent)
}

// TestC10_RedirectedMethodsAndBodies holds RFC 9110 section 15.4.
func TestC10_RedirectedMethodsAndBodies(t *testing.T) {
	t.Parallel()
	n := newNet(t, goTo)
	o := &TransportOptions{
		Scheme: bearer, Source: StaticSource(creds(ValueToken, canary)), Hosts: hosts(t, "api.example.com"), Base: n.base,
		Outside: OutsideAllowed,
	}
	client := newTransport(t, o).Client()
	for _, c := range []struct {
		method    string
		code      int
		to        string
		then      string
		body      bool
		refused   bool
		streaming bool
	}{
		{method: "POST", code: 301, to: "/landing", then: "GET"},
		{method: "POST", code: 302, to: "/landing", then: "GET"},
		{method: "PUT", code: 303, to: "/landing", then: "GET"},
		{method: "HEAD", code: 303, to: "/landing", then: "HEAD"},
		{method: "POST", code: 307, to: "/landing", then: "POST", body: true},
		{method: "PUT", code: 308, to: "/landing", then: "PUT", body: true},
		{method: "DELETE", code: 308, to: "/landing", then: "DELETE"},
		{method: "POST", code: 302, to: away + "/landing", then: "GET"},
		{method: "DELETE", code: 307, to: away + "/landing", then: "DELETE"},
		{method: "POST", code: 307, to: away + "/landing", refused: true},
		{method: "PUT", code: 308, to: away + "/landing", refused: true},
		{method: "POST", code: 307, to: "/landing", streaming: true}, // the answer is the redirect, as in net/http
		{method: "POST", code: 303, to: "/landing", then: "GET", streaming: true},
	} {
		body := "the caller's data"
		if c.method == "HEAD" || c.method == "DELETE" {
			body = ""
		}
		req := request(t, c.method, home+"/start?"+url.Values{"to": {c.to}, "code": {strconv.Itoa(c.code)}}.Encode(), body)
		req.Header.Set("Content-Type", "text/plain")
		if c.streaming {
			req.GetBody = nil
		}
		resp, err := do(client.Do, req)
		all, _ := n.take()
		switch {
		case c.refused:
			require.Error(t, err)
			require.Len(t, all, 1)
			assert.Contains(t, err.Error(), "it would send the body to another origin")
			continue
		case c.then == "":
			require.NoError(t, err)
			assert.Equal(t, c.code, resp.StatusCode)
			require.Len(t, all, 1)
			continue
		}
		require.NoError(t, err)
		require.Len(t, all, 2)
		assert.Equal(t, c.then, all[1].method)
		want := ""
		if c.body {
			want = body
		}
		assert.Equal(t, want, all[1].body)
		if c.then == "GET" {
			assert.Empty(t, all[1].header["Content-Type"])
		}
	}
}

func TestC10_RedirectWithoutLocationIsTheAnswer(t *testing.T) {
	t.Parallel()
	for _, code := range []int{300, 301, 304, 305, 307} {
		base := roundTrip(func(req *http.Request) (*http.Response, error) { return reply(code, nil), nil })
		resp, err := get(newTransport(t, &TransportOptions{Hosts: hosts(t, "api.example.com"), Base: base}).Client(), home)
		require.NoError(t, err)
		assert.Equal(t, code, resp.StatusCode)
	}
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		return reply(302, http.Header{"Location": {"https://a b%%/?" + canary}}), nil
	})
	_, err := get(newTransport(t, &TransportOptions{Hosts: hosts(t, "api.example.com"), Base: base}).Client(), home)
	require.ErrorContains(t, err, "the Location cannot be parsed")
	clean(t, err)
}

// TestC10_ForeignRedirectCarriesNothing: another client that follows redirects by
// itself, on top of a Transport, is noticed.
func TestC10_ForeignRedirectCarriesNothing(t *testing.T) {
	t.Parallel()
	n := newNet(t, goTo)
	w := ways(t)[0]
	tr := newTransport(t, w.options(n, hosts(t, "api.example.com")...))
	req := request(t, "GET", home+"/landing", "")
	req.Response = &http.Response{StatusCode: http.StatusFound}
	_, err := do(tr.RoundTrip, req)
	require.NoError(t, err)
	all, _ := n.take()
	assert.False(t, all[0].creds())
}
