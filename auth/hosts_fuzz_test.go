package auth

import (
	"math/rand/v2"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
