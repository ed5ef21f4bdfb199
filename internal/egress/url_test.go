package egress

import (
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC12_URLIsRefused(t *testing.T) {
	t.Parallel()
	for raw, why := range map[string]string{
		"":                                 "not absolute",
		"index.json":                       "not absolute",
		"//feeds.example.com/":             "not absolute",
		"http://feeds.example.com/":        "http must be allowed",
		"ftp://feeds.example.com/":         "is not https",
		"file:///etc/passwd":               "is not https",
		"gopher://feeds.example.com/":      "is not https",
		"docker://image:1":                 "is not https",
		"https:feeds.example.com":          "has no host",
		"https:///index.json":              "has no host",
		"https://:443/":                    "has no host",
		"https://u:p@feeds.example.com/":   "user information",
		"https://@feeds.example.com/":      "user information",
		"https://feeds.example.com:0/":     "port",
		"https://feeds.example.com:65536/": "port",
		"https://feeds.example.com:a/":     "cannot be parsed",
		"https://fee ds.example.com/":      "cannot be parsed",
		"https://127。0。0。1/":               "not ASCII",
		"https://①②⑦.0.0.1/":               "not ASCII",
		"https://%31%32%37.0.0.1/":         "cannot be parsed",
		"https://feeds.example.com/\n":     "cannot be parsed",
		"https://feeds.example.com/" + strings.Repeat("a", maxURLBytes):      "longer than",
		"https://feeds.example.com/" + strings.Repeat("\xff", maxURLBytes/2): "longer than",
	} {
		_, err := CheckURL(raw, nil)
		var refused *URLError
		require.ErrorAs(t, err, &refused, "%q", raw)
		require.ErrorIs(t, err, fs.ErrInvalid, "%q", raw)
		assert.Contains(t, err.Error(), why, "%q", raw)
	}
	u, err := CheckURL("http://FEEDS.example.com:8080/a?b=c", &Options{AllowHTTP: true})
	require.NoError(t, err)
	assert.Equal(t, "8080", u.Port())
	_, err = CheckURL("https://127.0.0.1/", nil)
	require.ErrorIs(t, err, fs.ErrPermission)
}

func TestRedactShowsNoSecret(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://user:hush@feeds.example.com/a%2Fb/c?token=hush#hush": "https://feeds.example.com/a%2Fb/c",
		"https://feeds.example.com":                                   "https://feeds.example.com",
		"mailto:hush":                                                 "mailto:…",
		"https://hush@exa mple/":                                      "(a URL that cannot be parsed)",
	} {
		assert.Equal(t, want, Redact(raw))
	}
	assert.Less(t, len(Redact("https://feeds.example.com/"+strings.Repeat("a", 5000))), 400)
}

func FuzzCheckURL(f *testing.F) {
	for _, h := range hostileHosts {
		f.Add("https://" + h + "/?q=1")
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := CheckURL(raw, nil)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Errorf("%q passed as %v", raw, u)
		}
		// What passed survives being written and read again.
		again, err := CheckURL(u.String(), nil)
		if err != nil || again.Host != u.Host {
			t.Errorf("%q passed, but %q did not: %v", raw, u, err)
		}
	})
}

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	parse := func(s string) *url.URL {
		u, err := url.Parse(s)
		require.NoError(t, err)
		return u
	}
	home := parse("https://feeds.example.com/a")
	for raw, want := range map[string]bool{
		"https://FEEDS.example.com:443/b": true,
		"https://feeds.example.com/":      true,
		"https://feeds.example.com:8443/": false,
		"http://feeds.example.com/":       false,
		"http://feeds.example.com:443/":   false,
		"https://other.example.com/":      false,
	} {
		assert.Equal(t, want, SameOrigin(home, parse(raw)), raw)
	}
	assert.True(t, SameOrigin(parse("http://a.test"), parse("http://a.test:80")))
}
