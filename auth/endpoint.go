package auth

import (
	"net/url"
	"slices"
	"strings"
)

// endpoint is one URL of a scheme.
type endpoint struct {
	field string
	url   string
	used  bool // whether the type has a use for it
	owner Type
}

// endpoints lists the URLs of a scheme in the order of its fields.
func (s *Scheme) endpoints() []endpoint {
	oauth1, oauth2 := s.Type == OAuth1, s.Type.oauth2()
	return []endpoint{
		{"authorizeURL", s.AuthorizeURL, oauth1 || s.Type == OAuth2Code, s.Type},
		{"tokenURL", s.TokenURL, oauth1 || oauth2, s.Type},
		{"requestTokenURL", s.RequestTokenURL, oauth1, s.Type},
		{"deviceURL", s.DeviceURL, s.Type == Device, s.Type},
		{"revokeURL", s.RevokeURL, oauth2, s.Type},
		{"issuer", s.Issuer, oauth2, s.Type},
	}
}

func (f *faults) endpoint(e *endpoint) {
	switch {
	case e.url == "":
	case !e.used:
		f.add(e.field, "is not used by type "+string(e.owner))
	default:
		u, reason := parseEndpoint(e.url)
		if reason == "" && e.field == "issuer" && (u.RawQuery != "" || u.ForceQuery) {
			reason = "has a query" // RFC 8414 section 2
		}
		if reason != "" {
			f.add(e.field, reason)
		}
	}
}

// parseEndpoint parses an endpoint, or says why it must not be used. What it
// does not see is whether the host may be dialled: that is known only then.
func parseEndpoint(raw string) (*url.URL, string) {
	if len(raw) > MaxURLBytes {
		return nil, tooLong(MaxURLBytes)
	}
	if !printable(raw, "") {
		return nil, "must be visible ASCII: escape it, and write host names in their xn-- form"
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil: // the error quotes the URL
		return nil, "is not a URL"
	case u.Scheme != "https":
		return nil, "must be an absolute https URL"
	case u.User != nil:
		return nil, "contains user information"
	case u.Hostname() == "" || u.Opaque != "":
		return nil, "has no host"
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return nil, "has a fragment"
	case strings.HasSuffix(u.Host, ":"):
		return nil, "has an empty port"
	case strings.Contains(raw, `\`):
		return nil, `contains '\'` // browsers read it as '/'
	}
	return u, ""
}

// Origins returns the distinct origins (RFC 6454) of all endpoints and of the
// issuer, sorted, each like "https://login.example.com" or, for a port that is
// not 443, "https://login.example.com:8443". Endpoints that Validate refuses
// have none.
func (s *Scheme) Origins() []string {
	var origins []string
	for _, e := range s.endpoints() {
		if u, reason := parseEndpoint(e.url); reason == "" {
			origins = append(origins, origin(u))
		}
	}
	slices.Sort(origins)
	return slices.Compact(origins)
}

// origin returns the origin of an https URL.
func origin(u *url.URL) string {
	return "https://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}
