package egress

import (
	"net/url"
	"strconv"
	"strings"
)

// maxURLBytes bounds a URL, as given and with what it must escape; longer ones are refused.
const maxURLBytes = 8 << 10

// CheckURL parses an absolute URL and judges it as New(o) would before it
// dials. The errors are *URLError and *AddressError and never print secret parts
// of the URL. o may be nil.
func CheckURL(raw string, o *Options) (*url.URL, error) {
	s := o.withDefaults()
	return checkURL(raw, newGuard(s.AllowPrivate), s.AllowHTTP)
}

func checkURL(raw string, g *guard, allowHTTP bool) (*url.URL, error) {
	long := &URLError{Reason: "it is longer than " + strconv.Itoa(maxURLBytes) + " bytes"}
	if len(raw) > maxURLBytes {
		return nil, long
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The parser's error quotes the URL, so it is not passed on.
		return nil, &URLError{Reason: "it cannot be parsed"}
	}
	if len(raw) > maxURLBytes/3 && len(u.String()) > maxURLBytes { // "%FF" is three times as long
		return nil, long
	}
	if err := checkScheme(u.Scheme, allowHTTP); err != nil {
		return nil, err
	}
	if err := checkAuthority(u); err != nil {
		return nil, err
	}
	if err := g.host(u.Hostname()); err != nil {
		return nil, err
	}
	return u, nil
}

func checkScheme(scheme string, allowHTTP bool) error {
	switch {
	case scheme == "":
		return &URLError{Reason: "it is not absolute"}
	case scheme == "http" && !allowHTTP:
		return &URLError{Reason: "http must be allowed explicitly; use https", Scheme: scheme}
	case scheme != "http" && scheme != "https":
		return &URLError{Reason: "scheme " + strconv.Quote(clip(scheme, 40)) + " is not https", Scheme: scheme}
	}
	return nil
}

func checkAuthority(u *url.URL) error {
	reason := ""
	switch {
	case u.User != nil:
		reason = "it contains user information"
	case u.Hostname() == "":
		reason = "it has no host"
	case !ascii(u.Host):
		reason = "its host is not ASCII; write it as punycode"
	case u.Port() != "":
		if n, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || n == 0 {
			reason = "its port is not 1 to 65535"
		}
	}
	if reason != "" {
		return &URLError{Reason: reason, Scheme: u.Scheme}
	}
	return nil
}

// Redact returns what of a URL may be shown: scheme, host and path.
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(a URL that cannot be parsed)"
	}
	return redact(u)
}

func redact(u *url.URL) string {
	if u.Opaque != "" {
		return u.Scheme + ":…"
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return clip(shown.String(), 300)
}

// SameOrigin reports whether two URLs have one scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// clip shortens text for a message.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
