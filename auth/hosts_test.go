package auth

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hosts compiles entries that are in order.
func hosts(tb testing.TB, entries ...string) []HostPattern {
	tb.Helper()
	patterns, faults := CompileHosts(entries, nil)
	require.Empty(tb, faults)
	return patterns
}

func parsed(tb testing.TB, raw string) *url.URL {
	tb.Helper()
	u, err := url.Parse(raw)
	require.NoError(tb, err)
	return u
}

func TestC10_HostPatternMatches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ entry, yes, no string }{
		{
			"api.example.com",
			"https://api.example.com https://API.Example.COM/x?y#z https://api.example.com:443/ https://api.example.com:",
			"http://api.example.com https://api.example.com:8443 https://api.example.com. https://api.example.com:0443 " +
				"https://example.com https://x.api.example.com https://api.example.com.evil.test https://evil-api.example.com " +
				"https://apixexample.com ftp://api.example.com https://u@api.example.com https://u:p@api.example.com " +
				"https://\u0430pi.example.com https://\uff41pi.example.com https://xn--pi-7kc.example.com //api.example.com " +
				"https:api.example.com https://evil.test/api.example.com https://evil.test?api.example.com https://evil.test#api.example.com",
		},
		{"https://api.example.com", "https://api.example.com", "http://api.example.com"},
		{"api.example.com:8443", "https://api.example.com:8443", "https://api.example.com https://api.example.com:443 https://api.example.com:84430"},
		{
			"*.example.com", "https://a.example.com https://a.b.example.com https://A.EXAMPLE.com https://_x.example.com",
			"https://example.com https://.example.com https://a..example.com https://aexample.com https://a.example.com.evil.test " +
				"https://a.example.com. https://-.example.com https://a.example.com:8443 https://\u0430.example.com https://*.example.com",
		},
		{"*.0.0.1", "", "https://127.0.0.1"},
		{"192.0.2.1", "https://192.0.2.1", "https://192.0.2.10 https://3221225985 https://192.0.513"},
		{"xn--bcher-kva.example", "https://xn--bcher-kva.example https://XN--BCHER-kva.example", "https://b\u00fccher.example"},
	} {
		h := hosts(t, c.entry)[0]
		for raw := range strings.FieldsSeq(c.yes) {
			assert.True(t, h.Match(parsed(t, raw)), "%s: %s", c.entry, raw)
		}
		for raw := range strings.FieldsSeq(c.no) {
			assert.False(t, h.Match(parsed(t, raw)), "%s: %s", c.entry, raw)
		}
		assert.Equal(t, c.entry, h.String())
	}
	h := hosts(t, "api.example.com")[0]
	assert.False(t, h.Match(nil))
	assert.False(t, h.Match(&url.URL{Scheme: "https", Host: "api.example.com", Opaque: "//evil.test"}))
	assert.False(t, h.Match(&url.URL{Scheme: "https", Host: "api.example.com/.evil.test"}))
	assert.False(t, h.Match(&url.URL{Scheme: "https", Host: "evil.test\x00.example.com"}))
	assert.False(t, HostPattern{}.Match(parsed(t, "https:///")), "the zero value matches nothing")
}

func TestC10_HTTPMatchesOnlyWhereAllowedAndNotDenied(t *testing.T) {
	t.Parallel()
	bare, strict, ported := hosts(t, "api.example.com")[0], hosts(t, "https://api.example.com")[0], hosts(t, "api.example.com:8080")[0]
	assert.True(t, bare.match(parsed(t, "http://api.example.com"), true))
	assert.True(t, bare.match(parsed(t, "http://api.example.com:80"), true))
	assert.False(t, bare.match(parsed(t, "http://api.example.com:443"), true))
	assert.False(t, bare.match(parsed(t, "ws://api.example.com"), true))
	assert.True(t, ported.match(parsed(t, "http://api.example.com:8080"), true))
	assert.False(t, strict.match(parsed(t, "http://api.example.com"), true))
	assert.True(t, strict.match(parsed(t, "https://api.example.com"), true))
	for value, http := range map[string]bool{"api.example.com": true, "https://api.example.com": false, "https://api.example.com:80": false} {
		patterns, faults := CompileHosts([]string{"{url}"}, map[string]any{"url": value})
		require.Empty(t, faults)
		assert.Equal(t, http, patterns[0].match(parsed(t, "http://api.example.com"), true), value)
	}
}
