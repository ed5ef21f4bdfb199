package auth

import (
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
