package catalog_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lenientAPI takes every token, and remembers the last.
type lenientAPI struct {
	mu   sync.Mutex
	last string
}

func (a *lenientAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// What becomes of a connection by the reply to its renewal.
type oddOutcome int

const (
	usable  oddOutcome = iota // with the new token
	waiting                   // active, and asks again with the same refresh token once the cooldown has passed
	ended                     // needs its owner, and asks nobody any more
)

// odd is one reply.
type odd struct {
	name   string
	status int    // 0: 200
	media  string // empty: JSON
	body   string
	header http.Header

	want    oddOutcome
	life    time.Duration // of a usable one; 0: nobody knows, so it is used until a 401
	refresh string        // sent by the next renewal; empty: the same as before
	nested  bool          // the scheme's token path is authed_user.access_token
}

// oddities are replies of real and of imaginable servers. One rule stands behind all: what may have
// issued a token that nobody can read has spent the refresh token; what refuses has not; and a
// lifetime that nobody understands is an unknown one.
func oddities() []odd {
	with := func(members string) string { return `{"access_token":"new-access",` + members + `}` }
	const plain = `{"access_token":"new-access"}`
	return []odd{
		// Lifetimes.
		{name: "string", body: with(`"expires_in":"3600"`), life: time.Hour},
		{name: "float", body: with(`"expires_in":3600.0`), life: time.Hour},
		{name: "exponent", body: with(`"expires_in":3.6e3`), life: time.Hour},
		{name: "empty lifetime", body: with(`"expires_in":""`)},
		{name: "0", body: with(`"expires_in":0`)},
		{name: "string 0", body: with(`"expires_in":"0"`)},
		{name: "-1", body: with(`"expires_in":-1`)},
		{name: "null lifetime", body: with(`"expires_in":null`)},
		{name: "no lifetime", body: plain},
		{name: "milliseconds", body: with(`"expires_in":3600000`), life: 1000 * time.Hour}, // taken for seconds: a 401 tells
		{name: "a point in time", body: with(`"expires_in":1893456000`)},
		{name: "beyond numbers", body: with(`"expires_in":1e999`)},
		{name: "words", body: with(`"expires_in":"1h"`)},
		{name: "an object", body: with(`"expires_in":{}`)},
		{name: "doubled lifetime", body: with(`"expires_in":1,"expires_in":3600`), want: ended},

		// Refresh tokens.
		{name: "another", body: with(`"refresh_token":"next-refresh"`), refresh: "next-refresh"},
		{name: "none", body: plain},
		{name: "null", body: with(`"refresh_token":null`)},
		{name: "empty", body: with(`"refresh_token":""`)},
		{name: "a number", body: with(`"refresh_token":7`), want: ended},
		{name: "a list", body: with(`"refresh_token":["x"]`), want: ended},
		{name: "doubled", body: with(`"refresh_token":"a","refresh_token":"b"`), want: ended},

		// Access tokens.
		{name: "no token", body: `{"token_type":"Bearer"}`, want: ended},
		{name: "null token", body: `{"access_token":null}`, want: ended},
		{name: "empty token", body: `{"access_token":""}`, want: ended},
		{name: "token a number", body: `{"access_token":5}`, want: ended},
		{name: "token with a line break", body: `{"access_token":"a\r\nX: y"}`, want: ended},
		{name: "token too long", body: `{"access_token":"` + strings.Repeat("x", auth.MaxTokenBytes+1) + `"}`, want: ended},
		{name: "token that needs a proof", body: with(`"token_type":"DPoP"`), want: ended},
		{name: "all null", body: with(`"refresh_token":null,"expires_in":null,"scope":null,"token_type":null`)},
		{name: "scope a number", body: with(`"scope":1`)},
		{name: "scopes fewer", body: with(`"scope":"read"`)},

		// Labels, encodings, bodies.
		{name: "JSON as text", media: "text/plain; charset=utf-8", body: plain},
		{name: "JSON as HTML", media: "text/html", body: plain},
		{name: "form", media: "application/x-www-form-urlencoded", body: "access_token=new-access&expires_in=3600", life: time.Hour},
		{name: "byte order mark", body: "\xef\xbb\xbf" + plain},
		{name: "empty body", body: "", want: ended},
		{name: "204", status: 204, want: ended},
		{name: "HTML", media: "text/html", body: "<!DOCTYPE html><title>Log in</title>", want: ended},
		{name: "huge", body: with(`"x":"` + strings.Repeat("x", auth.MaxReplyBytes) + `"`), want: ended},
		{name: "list", body: `[` + plain + `]`, want: ended},
		{name: "truncated", body: plain[:20], want: ended},
		{name: "two objects", body: plain + plain, want: ended},
		{name: "invalid UTF-8", body: with("\"x\":\"\xff\""), want: ended},
		{name: "deep", body: with(`"x":` + strings.Repeat("[", 1e5) + strings.Repeat("]", 1e5)), want: ended},
		{name: "brotli", header: http.Header{"Content-Encoding": {"br"}}, body: "\x0b\x02\x80", want: ended},

		// Nested.
		{name: "nested", nested: true, body: `{"ok":true,"authed_user":{"access_token":"new-access","refresh_token":"next-refresh","expires_in":3600}}`,
			life: time.Hour, refresh: "next-refresh"},
		{name: "nested beside another's", nested: true, body: `{"access_token":"bot","refresh_token":"bot-refresh","authed_user":{"access_token":"new-access","refresh_token":"next-refresh"}}`,
			refresh: "next-refresh"},
		{name: "nested, but at the top", nested: true, body: plain},
		{name: "nested in nothing", nested: true, body: `{"authed_user":{}}`, want: ended},
		{name: "nested and not asked for", body: `{"authed_user":{"access_token":"new-access"}}`, want: ended},

		// Refusals in the guise of success.
		{name: "200 invalid_grant", body: `{"error":"invalid_grant"}`, want: ended},
		{name: "200 invalid_grant and a token", body: with(`"error":"invalid_grant"`), want: ended},
		{name: "200 by another name", body: `{"ok":false,"error":"token_revoked"}`, want: ended},
		{name: "200 error in an object", body: `{"error":{"code":"invalid_grant"}}`, want: ended},
		{name: "200 another error", body: `{"ok":false,"error":"ratelimited"}`, want: waiting},
		{name: "200 not ok", body: `{"ok":false}`, want: waiting},
		{name: "200 without an error", body: with(`"ok":true,"error":null`)},
		{name: "200 error 0", body: with(`"error":0`)},

		// Other statuses.
		{name: "400 invalid_grant", status: 400, body: `{"error":"invalid_grant"}`, want: ended},
		{name: "400 invalid_grant as text", status: 400, media: "text/plain", body: `{"error":"invalid_grant"}`, want: ended},
		{name: "400 in HTML", status: 400, media: "text/html", body: "<h1>invalid_grant</h1>", want: waiting},
		{name: "400 with a token", status: 400, body: plain, want: waiting},
		{name: "401 empty", status: 401, want: waiting},
		{name: "404", status: 404, want: waiting},
		{name: "408", status: 408, want: waiting},
		{name: "429 invalid_grant", status: 429, body: `{"error":"invalid_grant"}`, want: waiting},
		{name: "503 oversize", status: 503, body: strings.Repeat("x", auth.MaxReplyBytes+1), want: waiting},
		{name: "503 with a token", status: 503, body: plain, want: waiting},
		{name: "302 to a token", status: 302, header: http.Header{"Location": {"https://login.example.com/token"}}, body: plain, want: waiting},
	}
}

func TestC9_OddTokenReplies(t *testing.T) {
	t.Parallel()
	require.Greater(t, len(oddities()), 25)
	for _, c := range oddities() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			api := &lenientAPI{}
			var server authtest.ServerOptions
			if c.nested {
				server.TokenPath = "authed_user.access_token"
			}
			f := newOAuth(t, &server, func(o *catalog.Options) { o.Transport = &auth.TransportOptions{Base: api} })
			id := f.expired(t)
			header := http.Header{"Content-Type": {"application/json"}}
			if c.media != "" {
				header.Set("Content-Type", c.media)
			}
			maps.Copy(header, c.header)
			if c.status == 0 {
				c.status = http.StatusOK
			}
			reply := authtest.Reply(c.status, header, c.body)
			f.server.Script(authtest.Token, reply)
			if c.want == waiting || c.life > 0 {
				f.server.Script(authtest.Token, reply)
			}
			asked := f.time()
			use := func() error {
				api.last = ""
				_, err := f.call(t.Context(), f.Catalog, viewerP, id)
				return err
			}
			posts := func() int { return f.server.Count(authtest.Token) }
			sent := func(n int) string { return f.server.Requests(authtest.Token)[n].Form.Get("refresh_token") }

			err := use()
			require.Equal(t, 1, posts(), "one request, whatever the answer (C11)")
			switch c.want {
			case usable:
				require.NoError(t, err)
				assert.Equal(t, "new-access", api.last)
				f.usable(t, &c, id, asked)
			case waiting:
				var failed *catalog.RenewalError
				require.ErrorAs(t, err, &failed)
				require.ErrorAs(t, use(), &failed)
				assert.Equal(t, 1, posts())
				assert.Empty(t, api.last, "the old token is not used")
				f.pass(30 * time.Second)
				require.ErrorAs(t, use(), &failed) // the same reply again
				f.pass(30 * time.Second)
				require.NoError(t, use())
				assert.Equal(t, 3, posts())
				assert.Equal(t, sent(0), sent(2))
			case ended:
				f.lost(t, id)
				assert.Equal(t, 1, posts())
				assert.Empty(t, api.last)
				require.NoError(t, f.again(t, id), "its owner can help")
				assert.Equal(t, catalog.ConnectionActive, f.conn(t, id).State)
			}
			f.noTrace(t)
		})
	}
}

// usable holds the connection to what the reply has told of its tokens.
func (f *oauth) usable(t *testing.T, c *odd, id string, asked time.Time) {
	t.Helper()
	want := time.Time{}
	if c.life > 0 {
		want = asked.Add(c.life - auth.DefaultTokenSkew)
	}
	assert.Equal(t, want, f.conn(t, id).TokenExpires)
	first := f.server.Requests(authtest.Token)[0].Form.Get("refresh_token")
	f.pass(1000 * time.Hour)
	_, err := f.call(t.Context(), f.Catalog, viewerP, id)
	require.NoError(t, err)
	if c.life == 0 {
		assert.Equal(t, 1, f.server.Count(authtest.Token), "it is used for as long as the application accepts it")
		return
	}
	require.Equal(t, 2, f.server.Count(authtest.Token))
	if c.refresh == "" {
		c.refresh = first
	}
	assert.Equal(t, c.refresh, f.server.Requests(authtest.Token)[1].Form.Get("refresh_token"))
}

// A token that has ended when it comes is used once, and renewed by whoever comes next: never in
// a loop.
func TestC9_ATokenOfNoLifetimeIsNoLoop(t *testing.T) {
	t.Parallel()
	way := &between{}
	f := newOAuth(t, nil, through(way))
	id := f.expired(t)
	for i := range 3 {
		f.server.Script(authtest.Token, authtest.Edit(func(reply map[string]any) { reply["expires_in"] = 1 }))
		way.arm(nil, func() { f.pass(time.Second) })
		f.works(t, f.bench, id)
		assert.Equal(t, i+1, f.server.Count(authtest.Token))
	}
	assert.Zero(t, f.server.Reused())
}

// A renewal goes to the token endpoint and nowhere else, with its secrets: redirects are not
// followed, whatever their kind and wherever they lead.
func TestC11_ARenewalIsNotRedirected(t *testing.T) {
	t.Parallel()
	way := &between{}
	f := newOAuth(t, nil, through(way))
	id := f.expired(t)
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		for _, to := range []string{"/token", "https://login.example.com/api", "https://elsewhere.example/token", "//elsewhere.example", "", "::"} {
			f.server.Forget()
			f.server.Script(authtest.Token, authtest.Redirect(status, to))
			way.refuse(nil)
			err := f.callAll(t.Context(), 1, id, f.Catalog)[0]
			require.ErrorIs(t, err, auth.ErrRedirected)
			assert.Equal(t, 1, way.count(), "%d to %q", status, to)
			assert.Len(t, f.server.Requests(""), 1)
			f.noTrace(t, err.Error())
			f.pass(30 * time.Second)
			f.works(t, f.bench, id)
			assert.Equal(t, 2, way.count())
			f.pass(2 * time.Hour)
		}
	}
	assert.Zero(t, f.server.Reused())
}
