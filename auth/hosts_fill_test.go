package auth

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
