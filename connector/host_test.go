package connector

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckHost(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"api.example.com", "https://api.example.com", "https://api.example.com:8443", "*.example.com", "https://*.example.com",
		"localhost:8080", "192.0.2.1", "${subdomain}.example.com", "{host}", "${host}:8443", "api-${config.region}.example.com",
		"*.${environment}.example.com", "*.${zone}", "xn--bcher-kva.example", "_dmarc.example.com",
	} {
		if err := CheckHost(s); err != nil {
			t.Error(err)
		}
	}
	for s, want := range map[string]string{
		"":                               "empty",
		"https://":                       "empty",
		"http://api.example.com":         "https origins only",
		"ftp://api.example.com":          "https origins only",
		"https://u:p@api.example.com":    "user information",
		"api.example.com/v1":             "no path",
		"https://api.example.com/":       "no path",
		"api.example.com?x":              "no path",
		`api.example.com\x`:              "no path",
		"*":                              `a "*" can only stand at the start`,
		"*.com":                          "at least two labels",
		"api.*.example.com":              `a "*" can only stand at the start`,
		"app*.example.com":               `a "*" can only stand at the start`,
		"a..example.com":                 "a dot too many",
		"example.com.":                   "a dot too many",
		"API.example.com":                "upper case",
		"bücher.example":                 `contains 'ü'`,
		"a b.example":                    `contains ' '`,
		"-a.example":                     "begins or ends with '-'",
		"a-.example":                     "begins or ends with '-'",
		strings.Repeat("a", 64) + ".com": "63 bytes",
		strings.Repeat("a", 600):         "600 bytes long",
		"api.example.com:":               "port",
		"api.example.com:0":              "port",
		"api.example.com:080":            "port",
		"api.example.com:65536":          "port",
		"api.example.com:99999999999999": "port",
		"[2001:db8::1]":                  "port",
		"${region.example.com":           "closing '}'",
		"${}.example.com":                "does not name a parameter",
		"${a/b}.example.com":             "no path",
		"${a b}.example.com":             "does not name a parameter",
		"a}.example.com":                 `contains '}'`,
		"$a.example.com":                 `contains '$'`,
		"a.example.com$":                 `contains '$'`,
		"{a}.example.com$":               `contains '$'`,
	} {
		err := CheckHost(s)
		if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v, want %s", s, err, want)
		}
	}
}
