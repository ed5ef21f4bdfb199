package auth

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/egress"
)

// FuzzLocation lets a server redirect anywhere. Credentials are seen by their own
// origin only, nothing leaves https, and nobody sees them in a URL or an error.
func FuzzLocation(f *testing.F) {
	for _, hop := range hopCases {
		f.Add(hop.to, uint8(1))
	}
	f.Add("/x?api_key=1&%61pi_key=2;api_key=3#api_key", uint8(4))
	scheme := &Scheme{ID: "s", Type: APIKey, In: InQuery, Name: "api_key"}
	listed := hosts(f, "api.example.com", "api.example.com:8443", "*.example.org")
	start, err := url.Parse(home)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string, n uint8) {
		sent := 0
		base := roundTrip(func(req *http.Request) (*http.Response, error) {
			sent++
			text, _ := url.PathUnescape(strings.ToLower(req.URL.String()))
			if strings.Contains(text, canary) || req.URL.Query().Has("api_key") {
				if !egress.SameOrigin(start, req.URL) {
					t.Errorf("%q sends credentials to %s", location, req.URL.Host)
				}
				if got := req.URL.Query()["api_key"]; len(got) != 1 || got[0] != canary {
					t.Errorf("%q leads to %d keys", location, len(got))
				}
			}
			if _, err := egress.CheckURL(req.URL.String(), nil); err != nil {
				t.Errorf("%q leads to %v", location, err)
			}
			if sent > int(n%8) {
				return reply(200, nil), nil
			}
			return reply(302, http.Header{"Location": {location}}), nil
		})
		tr := NewTransport(&TransportOptions{
			Scheme: scheme, Source: StaticSource(creds(ValueAPIKey, canary)), Hosts: listed, Base: base, Outside: Outside(n % 3),
		})
		resp, err := get(tr.Client(), home)
		var text string
		if err != nil {
			text = err.Error()
		} else {
			text = resp.Request.URL.String()
		}
		if plain, _ := url.PathUnescape(text); strings.Contains(text, canary) || strings.Contains(plain, canary) {
			t.Errorf("%q ends in %s", location, text)
		}
		if sent > MaxRedirects+1 {
			t.Errorf("%q leads to %d requests", location, sent)
		}
	})
}

func BenchmarkTransport(b *testing.B) {
	base := roundTrip(func(*http.Request) (*http.Response, error) { return reply(200, nil), nil })
	tr := NewTransport(&TransportOptions{
		Scheme: bearer, Source: StaticSource(creds(ValueToken, canary)), Hosts: hosts(b, "api.example.com"), Base: base,
	})
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, home+"/v1/things?page=2", http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		resp, err := tr.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}
