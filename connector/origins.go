package connector

import (
	"net/url"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// Origins returns every origin that a credential or a user may be sent to:
// Hosts, and the endpoints and issuers of all schemes. They are distinct,
// sorted and written like "https://api.example.com"; what Hosts states as a
// pattern stays one, such as "https://*.example.com" or
// "https://${region}.example.com".
func (m *Manifest) Origins() []string {
	if m == nil {
		return nil
	}
	var all []string
	for _, h := range m.Hosts {
		all = append(all, hostOrigin(h))
	}
	for i := range m.Auth {
		for _, e := range endpoints(&m.Auth[i]) {
			if e.origin != "" {
				all = append(all, e.origin)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// hostOrigin returns an entry of Hosts as an origin.
func hostOrigin(h string) string {
	if !strings.Contains(h, "://") {
		h = "https://" + h
	}
	return strings.TrimSuffix(h, ":443")
}

// endpoint is where one field of a scheme leads.
type endpoint struct{ field, origin string }

func endpoints(s *auth.Scheme) []endpoint {
	return []endpoint{
		{"authorizeURL", urlOrigin(s.AuthorizeURL)},
		{"tokenURL", urlOrigin(s.TokenURL)},
		{"requestTokenURL", urlOrigin(s.RequestTokenURL)},
		{"deviceURL", urlOrigin(s.DeviceURL)},
		{"revokeURL", urlOrigin(s.RevokeURL)},
		{"issuer", urlOrigin(s.Issuer)},
	}
}

// urlOrigin returns the origin of an absolute URL (RFC 6454). Of what is none it
// returns all, so that a change of it is seen too.
func urlOrigin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return raw
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host
}
