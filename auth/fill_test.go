package auth_test

import (
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC10_FillURL(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		raw  string
		v    any // of "v"; nil: none
		want string
	}{
		"no template":          {"https://api.example.com/me", nil, "https://api.example.com/me"},
		"in the path":          {"https://api.example.com/{v}/me", "a b", "https://api.example.com/a%20b/me"},
		"with a dollar":        {"https://api.example.com/${v}/me", "a", "https://api.example.com/a/me"},
		"twice":                {"https://{v}.example.com/{v}", "eu", "https://eu.example.com/eu"},
		"capitals":             {"https://{v}.example.com/{v}", "EU", "https://eu.example.com/EU"},
		"more than one label":  {"https://{v}.example.com/", "a.b", "https://a.b.example.com/"},
		"a whole host":         {"https://{v}/me", "Api.example.com:8443", "https://api.example.com:8443/me"},
		"a whole URL":          {"https://{v}/me", "https://api.example.com/x?y=z", "https://api.example.com/me"},
		"in the query":         {"https://api.example.com/?q={v}", "a&b=c#d", "https://api.example.com/?q=a%26b%3Dc%23d"},
		"a number":             {"https://api.example.com/{v}", 7, "https://api.example.com/7"},
		"a slash":              {"https://api.example.com/{v}/me", "a/b", "https://api.example.com/a%2Fb/me"},
		"what looks escaped":   {"https://api.example.com/{v}", "%2e%2e", "https://api.example.com/%252e%252e"},
		"a template":           {"https://api.example.com/{v}", "{v}", "https://api.example.com/%7Bv%7D"},
		"text":                 {"https://api.example.com/{v}", "é\n", "https://api.example.com/%C3%A9%0A"},
		"dots within":          {"https://api.example.com/{v}", "...", "https://api.example.com/..."},
		"one up":               {"https://api.example.com/{v}/me", "..", ""},
		"here":                 {"https://api.example.com/{v}/me", ".", ""},
		"one up, in two":       {"https://api.example.com/.{v}/me", ".", ""},
		"one up, beyond":       {"https://api.example.com/{v}/me", "a/../..", ""},
		"one up, by itself":    {"https://api.example.com/a/%2e%2e/b", nil, ""},
		"nothing":              {"https://api.example.com/{v}", nil, ""},
		"empty":                {"https://api.example.com/{v}", "", ""},
		"a secret":             {"https://api.example.com/{v}", auth.NewSecret("canary"), ""},
		"a list":               {"https://api.example.com/{v}", []any{"canary"}, ""},
		"plain HTTP":           {"http://api.example.com/", nil, ""},
		"no URL":               {"/me", nil, ""},
		"out of the host":      {"https://{v}.example.com/", "evil.test/", ""},
		"a user":               {"https://{v}.example.com/", "a@evil", ""},
		"a user before":        {"https://{v}@api.example.com/", "a", ""},
		"a port":               {"https://{v}.example.com/", "evil.test:1", ""},
		"a whole host, a user": {"https://{v}/", "a@evil.test", ""},
		"a whole other scheme": {"https://{v}/", "http://api.example.com", ""},
		"a backslash":          {`https://api.example.com\{v}`, "a", ""},
		"not closed":           {"https://api.example.com/{v", "a", ""},
		"a slash in its name":  {"https://{v/w}.example.com/", "a", ""},
		"a fragment":           {"https://api.example.com/#{v}", "a", ""},
		"too long":             {"https://api.example.com/{v}", strings.Repeat("x", auth.MaxURLBytes), ""},
		"too long before":      {"https://api.example.com/" + strings.Repeat("x", auth.MaxURLBytes), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			values := map[string]any{}
			if tt.v != nil {
				values["v"] = tt.v
			}
			u, err := auth.FillURL(tt.raw, values)
			if tt.want == "" {
				require.ErrorIs(t, err, fs.ErrInvalid)
				assert.Nil(t, u)
				assert.NotContains(t, err.Error(), "canary")
				assert.NotContains(t, err.Error(), "evil")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, u.String())
		})
	}
}

// Whatever a value is, it neither changes the host behind which it stands, nor how many steps the
// path has, nor the names in the query.
func FuzzFillURL(f *testing.F) {
	for _, v := range []string{"a", "..", "a/b", "%2f", "?x=y", "#", "é", "\x00", "@evil.test", "{v}", "a b", ".", "//"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		u, err := auth.FillURL("https://api.example.com/one/{v}/three?q={v}&r=1", map[string]any{"v": v})
		if err != nil {
			return
		}
		sent, err := url.Parse(u.String())
		if err != nil {
			t.Fatal(err)
		}
		steps := strings.Split(sent.EscapedPath(), "/")
		clean, err := url.JoinPath(sent.String())
		if err != nil {
			t.Fatal(err)
		}
		if sent.Host != "api.example.com" || len(steps) != 4 || steps[1] != "one" || steps[3] != "three" || clean != sent.String() {
			t.Errorf("%q leads to %q", v, u)
		}
		if q := sent.Query(); len(q) != 2 || q.Get("q") != v || q.Get("r") != "1" {
			t.Errorf("%q: the query is %q", v, sent.RawQuery)
		}
	})
}
