package auth

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// What ParseCallback accepts is what a strict reader would, and nothing more.
func FuzzParseCallback(f *testing.F) {
	for _, s := range []string{
		"", "?code=a&state=b", "code=a&state=b&iss=https://a.example.com", "error=access_denied&state=b&error_description=a%0Ab",
		"code=a&code=b&state=c", "code=a;state=b", "state=%zz", "code=%C3%A9&state=s", "&&state=a&error=&x", "code=a&state=b&=&",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		cb, err := ParseCallback(query)
		if err != nil {
			if cb != nil {
				t.Fatal("both")
			}
			return
		}
		values, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
		if err != nil || len(query) > MaxCallbackBytes+1 {
			t.Fatalf("accepted: %q", query)
		}
		for name, all := range values {
			if len(all) != 1 {
				t.Fatalf("%s is there %d times", name, len(all))
			}
		}
		if cb.State == "" || cb.State != values.Get("state") || cb.Issuer != values.Get("iss") {
			t.Fatalf("%+v", cb)
		}
		if cb.Code.IsZero() != values.Has("error") || cb.Code.Reveal() != values.Get("code") {
			t.Fatalf("%+v", cb)
		}
		for _, shown := range []string{cb.Error, cb.Description, cb.Code.Reveal()} {
			if strings.ContainsAny(shown, "\r\n\x00\x1b") {
				t.Fatalf("%q", shown)
			}
		}
	})
}

// Whatever a server sends, a token that comes of it is one that can be used, and an
// error shows nothing of the body.
func FuzzTokenReply(f *testing.F) {
	for _, s := range []string{
		`{"access_token":"a","expires_in":"3600","refresh_token":null,"scope":["a"],"token_type":"bearer"}`,
		`{"authed_user":{"access_token":"a","expires_in":1e9},"ok":true,"team":{"id":1}}`,
		`{"data":[{"access_token":"a"}]}`, `access_token=a&expires=1`, `{"error":{"message":"x","code":190}}`, "\xef\xbb\xbf{}", `{"access_token":"\u0000"}`,
		`{"a":1,"a":2}`, `{"access_token":"a"}x`, "<html>", "%zz=1", `{"error":"invalid_grant","error_description":"old-secret-token"}`,
	} {
		for _, path := range []string{"", "authed_user.access_token", "data.0.access_token"} {
			f.Add([]byte(s), path, 200, "application/json")
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, path string, status int, contentType string) {
		q := &Quirks{TokenPath: path}
		if len(q.Validate()) > 0 || len(body) > MaxReplyBytes {
			return
		}
		now := time.Unix(1_900_000_000, 0)
		c := NewTokenClient(&TokenOptions{Now: func() time.Time { return now }})
		in := &incoming{status: status, header: map[string][]string{"Content-Type": {contentType}}, body: body, sent: now}
		r := &outgoing{op: "refresh", url: "https://a.example.com/token", secrets: []string{"old-secret-token"}}
		m, failed := c.read(r, in)
		if failed != nil {
			if text := failed.Error(); strings.Contains(text, "old-secret") || strings.ContainsAny(text, "\r\n\x00\x1b") || len(text) > 1024 {
				t.Fatalf("%q", text)
			}
			return
		}
		if status/100 != 2 {
			t.Fatal("a success by status", status)
		}
		reader := replyReader{
			quirks: q, asked: []string{"a"}, extra: []string{"team.id", "access_token"}, sent: now, skew: time.Minute,
		}
		token, err := reader.token(m)
		if err != nil {
			if len(err.Error()) > 100 {
				t.Fatal(err)
			}
			return
		}
		a := token.AccessToken.Reveal()
		if a == "" || len(a) > MaxTokenBytes || strings.ContainsAny(a, "\r\n\x00") || !printable(strings.ReplaceAll(a, " ", ""), "") {
			t.Fatalf("%q", a)
		}
		if !token.Expiry.IsZero() && (token.Expiry.Before(now) || token.Expiry.After(now.Add(maxLifetime))) {
			t.Fatal(token.Expiry)
		}
		for name := range token.Extra {
			if name != "team.id" {
				t.Fatal(name)
			}
		}
		if token.Type == "" || len(token.Scopes) > MaxScopes {
			t.Fatalf("%+v", token)
		}
	})
}
