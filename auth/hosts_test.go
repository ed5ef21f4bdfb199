package auth

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"regexp"
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
}

func TestC10_HostTemplates(t *testing.T) {
	t.Parallel()
	values := map[string]any{
		"sub": "Acme-1", "zone": "eu.example.org", "tld": "com", "n": 7, "n64": int64(8), "f": 9.0, "half": 9.5,
		"num": json.Number("12"), "config": map[string]any{"region": "eu", "deep": map[string]any{"er": "x"}}, "a.b": "dotted",
		"a": map[string]any{"b": "nested"}, "url": "https://Jira.example.org:8443/path?q", "host": "jira.example.org",
		"hostport": "jira.example.org:8080", "path": "jira.example.org/jira", "empty": "", "list": []any{"x"}, "bool": true,
		"secret": NewSecret("hush.example.org"), "star": "*.example.org", "slash": "evil.test/x", "at": "a@evil.test", "space": "a b",
		"hash": "evil.test#", "port": "evil.test:1", "http": "http://jira.example.org", "user": "https://u:p@jira.example.org",
		"dots": "a..b", "uni": "b\u00fccher", "long": strings.Repeat("a.", 200) + "a", "dash": "-a", "ip6": "https://[2001:db8::1]/",
		"brace": "{sub}", "query": "evil.test?x",
	}
	for entry, want := range map[string]string{
		"{sub}.example.com": "acme-1.example.com", "${sub}.example.com": "acme-1.example.com", "api-{sub}x.example.com": "api-acme-1x.example.com",
		"x.{zone}": "x.eu.example.org", "shard{n}.example.com": "shard7.example.com", "s{n64}-{f}.example.com": "s8-9.example.com",
		"s{num}.example.com": "s12.example.com", "{config.region}.example.com": "eu.example.com",
		"{config.deep.er}.example.com": "x.example.com", "{a.b}.example.com": "dotted.example.com",
		"{host}": "jira.example.org", "https://{host}": "jira.example.org", "${path}": "jira.example.org", "{sub}.{zone}": "acme-1.eu.example.org",
	} {
		patterns, faults := CompileHosts([]string{entry}, values)
		require.Empty(t, faults, entry)
		assert.True(t, patterns[0].Match(parsed(t, "https://"+want)), "%s: %s, %+v", entry, want, patterns[0])
		assert.Equal(t, entry, patterns[0].String(), "values are not shown")
	}
	for entry, want := range map[string]string{
		"{url}": "https://jira.example.org:8443", "{hostport}": "https://jira.example.org:8080",
		"*.{zone}": "https://x.eu.example.org", "{host}:8443": "https://jira.example.org:8443",
	} {
		patterns, faults := CompileHosts([]string{entry}, values)
		require.Empty(t, faults, entry)
		assert.True(t, patterns[0].Match(parsed(t, want)), "%s: %+v", entry, patterns[0])
	}
	for _, entry := range []string{
		"{missing}.example.com", "{empty}", "{list}.example.com", "{bool}", "{half}.example.com", "{secret}", "{config}.example.com",
		"{config.none}", "{config.region.x}",
	} {
		patterns, faults := CompileHosts([]string{entry}, values)
		assert.Empty(t, faults, entry)
		assert.Empty(t, patterns[0].name, entry)
		assert.NotEmpty(t, patterns[0].missing, entry)
	}
	for entry, want := range map[string]string{
		"{star}": "neither a host", "{star}.example.com": "cannot be a part", "{slash}.example.com": "cannot be a part",
		"x{slash}": "cannot be a part", "{at}.example.com": "cannot be a part", "{space}.example.com": "cannot be a part",
		"{hash}.example.com": "cannot be a part", "{query}.example.com": "cannot be a part", "{port}.example.com": "cannot be a part",
		"{http}": "neither a host", "{user}": "neither a host", "{dots}.example.com": "empty label", "{dots}": "neither a host",
		"{uni}.example.com": "cannot be a part", "{uni}": "neither a host", "{long}{long}.example.com": "when it is filled",
		"{dash}.example.com": "begins or ends with '-'", "{ip6}": "neither a host", "{brace}.example.com": "cannot be a part",
		"*.{tld}": "two labels", "{url}:1": "cannot be a part", "*.{host}.{missing}.{slash}": "cannot be a part",
	} {
		patterns, faults := CompileHosts([]string{"api.example.com", entry}, values)
		require.Len(t, faults, 1, entry)
		assert.Equal(t, "1", faults[0].Field)
		assert.Contains(t, faults[0].Reason, want, entry)
		assert.NotContains(t, faults[0].Reason, "evil", "values are not shown")
		require.Len(t, patterns, 2)
		assert.True(t, patterns[0].Match(parsed(t, "https://api.example.com")))
		for _, raw := range []string{"https://evil.test", "https://x", "https://eu.com", "https://jira.example.org"} {
			assert.False(t, patterns[1].Match(parsed(t, raw)), "what is wrong matches nothing: %s", entry)
		}
	}
	_, faults := CompileHosts(make([]string, MaxHosts+1), nil)
	require.Len(t, faults, 1)
	_, faults = CompileHosts([]string{"", "*", "x.example.com", "{"}, nil)
	require.Len(t, faults, 3, "everything at once")
}

// TestC10_HostsAgainstBruteForce compares the matching with a regular expression
// made of the entry.
func TestC10_HostsAgainstBruteForce(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	name := func() string {
		labels := make([]string, 1+r.IntN(4))
		for i := range labels {
			labels[i] = pick("a", "b", "a-b", "com", "1", "", "A", "a.", "-")
		}
		return strings.Join(labels, ".")
	}
	label := `[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?`
	yes := 0
	for range 50_000 {
		entry := pick("", "https://") + pick("", "*.") + name() + pick("", "", ":443", ":8443")
		patterns, faults := CompileHosts([]string{entry}, nil)
		host := name()
		if r.IntN(2) == 0 { // close to the entry
			host = pick("", "a.", "b.a.") + strings.TrimPrefix(strings.TrimPrefix(strings.Split(entry+":", ":")[r.IntN(2)%2], "https"), "*.")
			if rest, ok := strings.CutPrefix(entry, "https://"); ok {
				host = pick("", "a.", "b.a.") + strings.TrimPrefix(strings.Split(rest, ":")[0], "*.")
			}
		}
		port := pick("", "", ":443", ":8443", ":80")
		u := &url.URL{Scheme: pick("https", "https", "https", "http"), Host: host + port}
		got := patterns[0].Match(u)
		if len(faults) > 0 {
			require.False(t, got, "%s", entry)
			continue
		}
		rest := strings.TrimPrefix(entry, "https://")
		want := ":443"
		if before, p, found := strings.Cut(rest, ":"); found {
			rest, want = before, ":"+p
		}
		expr := regexp.QuoteMeta(rest)
		if after, wild := strings.CutPrefix(rest, "*."); wild {
			expr = `(?:` + label + `\.)+` + regexp.QuoteMeta(after)
		}
		if port == "" {
			port = ":443"
		}
		_, notIP := netip.ParseAddr(host)
		expected := u.Scheme == "https" && port == want && regexp.MustCompile(`^`+expr+`$`).MatchString(strings.ToLower(host)) &&
			(notIP != nil || !strings.HasPrefix(rest, "*."))
		require.Equal(t, expected, got, "entry %q, URL %q", entry, u)
		if got {
			yes++
		}
	}
	assert.Greater(t, yes, 500, "the test must see matches")
}

func FuzzHostMatch(f *testing.F) {
	f.Add("*.example.com", "https://a.example.com:443/x", "v")
	f.Add("${a}.example.com:8443", "https://v.example.com:8443", "v")
	f.Add("{a}", "https://evil.test", "https://evil.test/..")
	f.Add("https://{a}-x.example.com", "https://u@v-x.example.com", "V")
	f.Fuzz(func(t *testing.T, entry, raw, value string) {
		patterns, faults := CompileHosts([]string{entry}, map[string]any{"a": value})
		u, err := url.Parse(raw)
		if err != nil {
			return
		}
		matched := patterns[0].Match(u)
		if !matched {
			return
		}
		host := strings.ToLower(u.Hostname())
		switch {
		case len(faults) > 0:
			t.Errorf("%q is wrong and matches %q", entry, raw)
		case u.Scheme != "https" || u.User != nil:
			t.Errorf("%q matches %q", entry, raw)
		case nameReason(host) != "":
			t.Errorf("%q matches %q, which is no host name", entry, raw)
		}
		// The part of the entry behind its last template cannot be chosen by a value.
		fixed := entry[strings.LastIndexByte(entry, '}')+1:]
		fixed, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimPrefix(fixed, "https://"), "*."), ":")
		if !strings.HasSuffix(host, fixed) {
			t.Errorf("%q with value %q matches %q", entry, value, raw)
		}
	})
}
