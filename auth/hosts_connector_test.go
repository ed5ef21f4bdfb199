package auth_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// hostEntries are entries of a manifest's hosts, good and bad.
var hostEntries = []string{
	"api.example.com", "https://api.example.com", "https://api.example.com:8443", "*.example.com", "https://*.example.com",
	"localhost:8080", "192.0.2.1", "${subdomain}.example.com", "{host}", "${host}:8443", "api-${config.region}.example.com",
	"*.${environment}.example.com", "*.${zone}", "xn--bcher-kva.example", "_dmarc.example.com", "*.{a}b", "{a}{b}", "$${a}", "$",
	"", "https://", "http://api.example.com", "https://u:p@api.example.com", "api.example.com/v1", "api.example.com?x", `a\b`, "*", "*.com",
	"api.*.example.com", "app*.example.com", "a..example.com", "example.com.", "API.example.com", "b\u00fccher.example", "a b.example",
	"-a.example", "a-.example", strings.Repeat("a", 64) + ".com", strings.Repeat("a.", 300), "api.example.com:", "api.example.com:0",
	"api.example.com:080", "api.example.com:65536", "api.example.com:+1", "api.example.com:99999999999999", "[2001:db8::1]", "a:{b}",
	"${region.example.com", "${}.example.com", "${a/b}.example.com", "${a b}.example.com", "a}.example.com", "$a.example.com", "{a}-", "-{a}",
	"https://https://a", "{.}", "{-}", "*.*.example.com", "a.{b}.*",
}

// agree fails when the two floors read an entry differently.
func agree(t *testing.T, entry string) {
	t.Helper()
	_, faults := auth.CompileHosts([]string{entry}, nil)
	if err := connector.CheckHost(entry); (err == nil) != (len(faults) == 0) {
		t.Errorf("%q: connector.CheckHost says %v, CompileHosts %v", entry, err, faults)
	}
}

func TestC10_HostsAreReadAsManifestsAreChecked(t *testing.T) {
	t.Parallel()
	for _, entry := range hostEntries {
		agree(t, entry)
	}
}

func FuzzHostsAreReadAsManifestsAreChecked(f *testing.F) {
	for _, entry := range hostEntries {
		f.Add(entry)
	}
	f.Fuzz(agree)
}
