package auth_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// oddReply is a reply to a refresh of {old-refresh, scopes read and write}, and
// what is made of it.
type oddReply struct {
	name   string
	quirks auth.Quirks
	status int // 0: 200
	header http.Header
	body   string

	// What a success holds. Nothing of it counts when fails is set. Empty means what
	// is usual: "new-access", "old-refresh", "Bearer", read and write, no expiry.
	access, refresh, kind string
	scopes                []string
	life                  time.Duration

	// What a failure is. fails is one of the sentinels, or errAnyRefusal for none.
	fails   error
	outcome auth.Outcome
	code    string
	retry   time.Duration
}

var errAnyRefusal = assert.AnError

func of(contentType string) http.Header { return http.Header{"Content-Type": {contentType}} }

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func oddReplies(t *testing.T) []oddReply {
	t.Helper()
	const plain = `{"access_token":"new-access"}`
	with := func(members string) string { return `{"access_token":"new-access",` + members + `}` }
	unknown, refused := auth.OutcomeUnknown, auth.OutcomeRefused
	bad := auth.ErrBadReply
	coded := func(coding string) http.Header {
		return http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {coding}}
	}
	return []oddReply{
		// Lifetimes: what cannot be understood costs no token, only the knowledge.
		{name: "expires_in number", body: with(`"expires_in":3600`), life: time.Hour},
		{name: "expires_in string", body: with(`"expires_in":"3600"`), life: time.Hour},
		{name: "expires_in float", body: with(`"expires_in":3600.0`), life: time.Hour},
		{name: "expires_in exponent", body: with(`"expires_in":3.6e3`), life: time.Hour},
		{name: "expires_in with spaces", body: with(`"expires_in":" 3600 "`), life: time.Hour},
		{name: "expires_in empty", body: with(`"expires_in":""`)},
		{name: "expires_in 0 is not known", body: with(`"expires_in":0`)},
		{name: "expires_in -1 is not known", body: with(`"expires_in":-1`)},
		{name: "expires_in missing", body: plain},
		{name: "expires_in null", body: with(`"expires_in":null`)},
		{name: "expires_in milliseconds", body: with(`"expires_in":3600000`),
			quirks: auth.Quirks{ExpiryUnit: auth.ExpiryMilliseconds}, life: time.Hour},
		{name: "expires_in a point in time", body: with(`"expires_in":1893456000`)},
		{name: "expires_in huge", body: with(`"expires_in":1e300`)},
		{name: "expires_in beyond float", body: with(`"expires_in":1e999`)},
		{name: "expires_in words", body: with(`"expires_in":"1h"`)},
		{name: "expires_in hexadecimal", body: with(`"expires_in":"0x10"`)},
		{name: "expires_in infinite", body: with(`"expires_in":"Inf"`)},
		{name: "expires_in an object", body: with(`"expires_in":{"seconds":3600}`)},
		{name: "expires_in true", body: with(`"expires_in":true`)},
		{name: "a short life keeps three quarters", body: with(`"expires_in":40`), life: 60 * time.Second}, // 30 s + the usual skew

		// Success that is none.
		{name: "200 with error", body: `{"error":"invalid_grant"}`, fails: auth.ErrInvalidGrant, outcome: refused, code: "invalid_grant"},
		{name: "200 with error and token", body: with(`"error":"invalid_grant"`), fails: auth.ErrInvalidGrant, outcome: refused, code: "invalid_grant"},
		{name: "200 with another name for it", body: `{"ok":false,"error":"invalid_refresh_token"}`,
			fails: auth.ErrInvalidGrant, outcome: refused, code: "invalid_refresh_token"},
		{name: "200 not ok", body: with(`"ok":false`), fails: errAnyRefusal, outcome: refused},
		{name: "200 ok", body: with(`"ok":true,"error":null`)},
		{name: "200 with error 0", body: with(`"error":0`)},
		{name: "200 with error false", body: with(`"error":false`)},
		{name: "200 with empty error", body: with(`"error":""`)},
		{name: "error as object", body: `{"error":{"code":"invalid_grant","message":"gone"}}`, status: 400,
			fails: auth.ErrInvalidGrant, outcome: refused, code: "invalid_grant"},
		{name: "error as object with a number", body: `{"error":{"message":"bad","type":"OAuthException","code":190}}`,
			fails: errAnyRefusal, outcome: refused, code: "OAuthException"},
		{name: "error as object with a number alone", body: `{"error":{"code":190}}`, fails: errAnyRefusal, outcome: refused, code: "190"},
		{name: "error as array", body: with(`"error":["x"]`), fails: errAnyRefusal, outcome: refused},
		{name: "error too strange to show", body: `{"error":"<script>"}`, fails: errAnyRefusal, outcome: refused, code: "(unreadable code)"},

		// Labels and encodings.
		{name: "JSON as text/plain", header: of("text/plain; charset=utf-8"), body: plain},
		{name: "JSON as HTML", header: of("text/html"), body: plain},
		{name: "JSON without a label", header: of(""), body: plain},
		{name: "form", header: of("application/x-www-form-urlencoded"),
			body: "access_token=new-access&expires_in=3600&scope=read%2Cuser", life: time.Hour, scopes: []string{"read", "user"}},
		{name: "form as text", header: of("text/plain"), body: "access_token=new-access&expires_in=3600", life: time.Hour},
		{name: "form with error", header: of("application/x-www-form-urlencoded"), body: "error=bad_refresh_token&error_description=x",
			fails: auth.ErrInvalidGrant, outcome: refused, code: "bad_refresh_token"},
		{name: "form with doubled members", header: of("application/x-www-form-urlencoded"), body: "access_token=a&access_token=b", fails: bad},
		{name: "form that is broken", header: of("text/plain"), body: "access_token=%zz", fails: bad},
		{name: "form that calls itself JSON", body: "access_token=new-access", fails: bad},
		{name: "text", header: of("text/plain"), body: "new-access", fails: bad},
		{name: "HTML", header: of("text/html"), body: "<!DOCTYPE html><title>Log in</title>", fails: bad},
		{name: "array", body: `[{"access_token":"new-access"}]`, fails: bad},
		{name: "empty", body: "", fails: bad},
		{name: "blank", body: " \r\n", fails: bad},
		{name: "204", status: 204, fails: bad},
		{name: "201", status: 201, body: plain},
		{name: "truncated", body: plain[:20], fails: bad},
		{name: "trailing garbage", body: plain + "<!-- 12 ms -->", fails: bad},
		{name: "two objects", body: plain + plain, fails: bad},
		{name: "white space around", body: "\n\n " + plain + "\r\n"},
		{name: "byte order mark", body: "\xef\xbb\xbf" + plain},
		{name: "doubled members", body: with(`"access_token":"other"`), fails: bad},
		{name: "doubled members deep inside", body: with(`"x":{"a":1,"a":2}`), fails: bad},
		{name: "invalid UTF-8", body: with("\"x\":\"\xff\""), fails: bad},
		{name: "10^5 levels", body: with(`"x":` + strings.Repeat("[", 1e5) + strings.Repeat("]", 1e5)), fails: bad},
		{name: "oversize", body: with(`"x":"` + strings.Repeat("x", auth.MaxReplyBytes) + `"`), fails: bad},
		{name: "gzip", header: coded("gzip"), body: zipped(t, plain)},
		{name: "gzip bomb", header: coded("gzip"), body: zipped(t, with(`"x":"`+strings.Repeat("x", 2*auth.MaxReplyBytes)+`"`)), fails: bad},
		{name: "gzip that is none", header: coded("gzip"), body: plain, fails: bad},
		{name: "gzip that is cut", header: coded("gzip"), body: zipped(t, plain)[:25], fails: bad},
		{name: "brotli", header: coded("br"), body: "\x0b\x02\x80", fails: bad},

		// Tokens.
		{name: "refresh null", body: with(`"refresh_token":null`)},
		{name: "refresh empty", body: with(`"refresh_token":""`)},
		{name: "refresh new", body: with(`"refresh_token":"new-refresh"`), refresh: "new-refresh"},
		{name: "refresh a number", body: with(`"refresh_token":17`), fails: bad},
		{name: "id_token an object", body: with(`"id_token":{}`), fails: bad},
		{name: "access missing", body: `{"token_type":"Bearer"}`, fails: bad},
		{name: "access null", body: `{"access_token":null}`, fails: bad},
		{name: "access empty", body: `{"access_token":""}`, fails: bad},
		{name: "access a number", body: `{"access_token":12345}`, fails: bad},
		{name: "access with a line break", body: `{"access_token":"a\r\nX-Admin: 1"}`, fails: bad},
		{name: "access not ASCII", body: `{"access_token":"é"}`, fails: bad},
		{name: "access too long", body: `{"access_token":"` + strings.Repeat("x", auth.MaxTokenBytes+1) + `"}`, fails: bad},
		{name: "type in odd case", body: with(`"token_type":"bEARER"`)},
		{name: "type missing", body: plain},
		{name: "type null", body: with(`"token_type":null`)},
		{name: "type of a provider", body: with(`"token_type":"bot"`), kind: "bot"},
		{name: "type that needs a proof", body: with(`"token_type":"DPoP"`), fails: bad},
		{name: "type no name", body: with(`"token_type":"a\nb"`), fails: bad},
		{name: "type a number", body: with(`"token_type":1`), fails: bad},
		{name: "scope changed", body: with(`"scope":"write admin write"`), scopes: []string{"admin", "write"}},
		{name: "scope with commas", body: with(`"scope":"write,admin"`), scopes: []string{"admin", "write"}},
		{name: "scope by a separator", body: with(`"scope":"write;admin"`), quirks: auth.Quirks{ScopeSeparator: ";"}, scopes: []string{"admin", "write"}},
		{name: "scope as array", body: with(`"scope":["b","a"]`), scopes: []string{"a", "b"}},
		{name: "scope as array of numbers", body: with(`"scope":[1]`), fails: bad},
		{name: "scope empty", body: with(`"scope":""`)},
		{name: "scope null", body: with(`"scope":null`)},
		{name: "scope with a quote", body: with(`"scope":"a\"b"`), fails: bad},
		{name: "too many scopes", body: with(`"scope":"` + manyScopes() + `"`), fails: bad},
		{name: "all null", body: with(`"refresh_token":null,"expires_in":null,"scope":null,"token_type":null,"id_token":null,"error":null`)},
		{name: "nested", quirks: auth.Quirks{TokenPath: "authed_user.access_token"},
			body:   `{"ok":true,"access_token":"bot-access","token_type":"bot","expires_in":60,"authed_user":{"access_token":"new-access","token_type":"user","expires_in":3600,"scope":"x","refresh_token":"r"}}`,
			kind:   "user",
			life:   time.Hour,
			scopes: []string{"x"}, refresh: "r"},
		{name: "nested, the rest at the top", quirks: auth.Quirks{TokenPath: "data.0.token"},
			body: `{"data":[{"token":"new-access"}],"expires_in":3600}`, life: time.Hour},
		{name: "nested, at the top for a refresh", quirks: auth.Quirks{TokenPath: "authed_user.access_token"}, body: with(`"token_type":"user"`), kind: "user"},
		{name: "nested, but missing", quirks: auth.Quirks{TokenPath: "authed_user.access_token"}, body: `{"authed_user":{}}`, fails: bad},
		{name: "nested in a string", quirks: auth.Quirks{TokenPath: "authed_user.access_token"}, body: `{"authed_user":"x"}`, fails: bad},

		// Other statuses.
		{name: "302", status: 302, header: http.Header{"Location": {"/elsewhere"}}, fails: auth.ErrRedirected, outcome: refused},
		{name: "307", status: 307, header: http.Header{"Location": {"/elsewhere"}}, fails: auth.ErrRedirected, outcome: refused},
		{name: "308", status: 308, header: http.Header{"Location": {"/elsewhere"}}, fails: auth.ErrRedirected, outcome: refused},
		{name: "400 invalid_grant", status: 400, body: `{"error":"invalid_grant"}`, fails: auth.ErrInvalidGrant, outcome: refused, code: "invalid_grant"},
		{name: "400 invalid_scope", status: 400, body: `{"error":"invalid_scope"}`, fails: errAnyRefusal, outcome: refused, code: "invalid_scope"},
		{name: "400 in HTML", status: 400, header: of("text/html"), body: "<h1>invalid_grant</h1>", fails: errAnyRefusal, outcome: refused},
		{name: "400 with a token", status: 400, body: plain, fails: errAnyRefusal, outcome: refused},
		{name: "401 invalid_client", status: 401, body: `{"error":"invalid_client"}`, fails: auth.ErrInvalidClient, outcome: refused, code: "invalid_client"},
		{name: "401 empty", status: 401, fails: errAnyRefusal, outcome: refused},
		{name: "404", status: 404, body: "not found", header: of("text/plain"), fails: errAnyRefusal, outcome: refused},
		{name: "408", status: 408, fails: auth.ErrTransient, outcome: unknown},
		{name: "429", status: 429, header: http.Header{"Retry-After": {"17"}}, fails: auth.ErrTransient, outcome: refused, retry: 17 * time.Second},
		{name: "429 until a date", status: 429, header: http.Header{"Retry-After": {epoch.Add(time.Minute).Format(http.TimeFormat)}},
			fails: auth.ErrTransient, outcome: refused, retry: time.Minute},
		{name: "429 for a year", status: 429, header: http.Header{"Retry-After": {"31536000"}}, fails: auth.ErrTransient, outcome: refused, retry: 24 * time.Hour},
		{name: "429 invalid_grant is trouble, not a dead grant", status: 429, body: `{"error":"invalid_grant"}`,
			fails: auth.ErrTransient, outcome: refused, code: "invalid_grant"},
		{name: "500", status: 500, header: of("text/html"), body: "<h1>oops</h1>", fails: auth.ErrTransient, outcome: unknown},
		{name: "500 invalid_grant is trouble, not a dead grant", status: 500, body: `{"error":"invalid_grant"}`,
			fails: auth.ErrTransient, outcome: unknown, code: "invalid_grant"},
		{name: "500 with a token", status: 500, body: plain, fails: auth.ErrTransient, outcome: unknown},
		{name: "503", status: 503, header: http.Header{"Retry-After": {"-5"}}, fails: auth.ErrTransient, outcome: unknown},
		{name: "503 oversize", status: 503, body: strings.Repeat("x", auth.MaxReplyBytes+1), fails: auth.ErrTransient, outcome: unknown},
		{name: "400 temporarily_unavailable", status: 400, body: `{"error":"temporarily_unavailable"}`,
			fails: auth.ErrTransient, outcome: refused, code: "temporarily_unavailable"},
	}
}

func manyScopes() string {
	var b strings.Builder
	for i := range auth.MaxScopes + 1 {
		b.WriteString(strings.Repeat("s", i%20+1) + strings.Repeat("t", i/20) + " ")
	}
	return b.String()
}

func TestOddTokenReplies(t *testing.T) {
	t.Parallel()
	cases := oddReplies(t)
	require.Greater(t, len(cases), 25)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := authtest.NewServer(nil).Start(t)
			scheme := s.Scheme(auth.OAuth2Code)
			scheme.Quirks = &c.quirks
			p := provider(t, overHTTP(auth.TokenOptions{Now: atEpoch}), scheme, s.App())
			if c.status == 0 {
				c.status = http.StatusOK
			}
			if c.header == nil {
				c.header = of("application/json")
			}
			s.Script(authtest.Token, authtest.Reply(c.status, c.header, c.body))
			token, err := p.Refresh(t.Context(), &auth.Token{
				AccessToken: auth.NewSecret("old-access"), RefreshToken: auth.NewSecret("old-refresh"), Scopes: []string{"read", "write"},
			})
			assert.Equal(t, 1, s.Count(""), "one request, whatever the answer")
			if c.fails == nil {
				c.succeeds(t, token, err)
				return
			}
			assert.Nil(t, token)
			failed := failure(t, err)
			if !errors.Is(c.fails, errAnyRefusal) {
				require.ErrorIs(t, err, c.fails)
			} else {
				require.NoError(t, failed.Err)
			}
			assert.Equal(t, c.outcome, failed.Outcome)
			assert.Equal(t, c.code, failed.Code)
			assert.Equal(t, c.status, failed.Status)
			assert.Equal(t, c.retry, failed.RetryAfter)
			assert.Equal(t, scheme.TokenURL, failed.Endpoint)
			assert.Equal(t, "refresh", failed.Op)
		})
	}
}

func (c *oddReply) succeeds(t *testing.T, token *auth.Token, err error) {
	t.Helper()
	require.NoError(t, err)
	or := func(s, standard string) string {
		if s == "" {
			return standard
		}
		return s
	}
	assert.Equal(t, or(c.access, "new-access"), token.AccessToken.Reveal())
	assert.Equal(t, or(c.refresh, "old-refresh"), token.RefreshToken.Reveal())
	assert.Equal(t, or(c.kind, "Bearer"), token.Type)
	if c.scopes == nil {
		c.scopes = []string{"read", "write"}
	}
	assert.Equal(t, c.scopes, token.Scopes)
	want := time.Time{}
	if c.life > 0 {
		want = epoch.Add(c.life - auth.DefaultTokenSkew)
	}
	assert.Equal(t, want, token.Expiry)
}
