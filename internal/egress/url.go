package egress

import (
	"net/url"
	"strconv"
	"strings"
)

// maxURLBytes bounds a URL; longer ones are refused.
const maxURLBytes = 8 << 10

// CheckURL parses an absolute URL and judges it as New(o) would before it
// dials. The errors are *URLError and *AddressError and never print secret parts
// of the URL. o may be nil.
func CheckURL(raw string, o *Options) (*url.URL, error) {
	s := o.withDefaults()
	return checkURL(raw, newGuard(s.AllowPrivate), s.AllowHTTP)
}

func checkURL(raw string, g *guard, allowHTTP bool) (*url.URL, error) {
	if len(raw) > maxURLBytes {
		return nil, &URLError{Reason: "it is longer than " + strconv.Itoa(maxURLBytes) + " bytes"}
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The parser's error quotes the URL, so it is not passed on.
		return nil, &URLError{Reason: "it cannot be parsed"}
	}
	switch {
	case u.Scheme == "":
		return nil, &URLError{Reason: "it is not absolute"}
	case u.Scheme == "http" && !allowHTTP:
		return nil, &URLError{Reason: "http must be allowed explicitly; use https", Scheme: u.Scheme}
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &URLError{Reason: "scheme " + strconv.Quote(clip(u.Scheme, 40)) + " is not https", Scheme: u.Scheme}
	case u.User != nil:
		return nil, &URLError{Reason: "it contains user information", Scheme: u.Scheme}
	case u.Hostname() == "":
		return nil, &URLError{Reason: "it has no host", Scheme: u.Scheme}
	case !ascii(u.Host):
		return nil, &URLError{Reason: "its host is not ASCII; write it as punycode", Scheme: u.Scheme}
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, &URLError{Reason: "its port is not 1 to 65535", Scheme: u.Scheme}
		}
	}
	if err := g.host(u.Hostname()); err != nil {
		return nil, err
	}
	return u, nil
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

// sameOrigin reports whether two URLs have one scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
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
