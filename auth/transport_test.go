package auth

import (
	"context"
	"fmt"
	"io"
	"net/http"
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
