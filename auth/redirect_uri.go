package auth

import (
	"net"
	"net/url"
	"strings"
)

// CheckRedirectURI returns an *InvalidError if a server could not send a browser
// to uri: see AuthorizationRequest.RedirectURI.
func CheckRedirectURI(uri string) error {
	if reason := redirectFault(uri); reason != "" {
		return &InvalidError{[]Fault{{"redirectURI", reason}}}
	}
	return nil
}

// redirectFault returns what is wrong with a redirect URI, or "".
func redirectFault(raw string) string {
	if raw == "" {
		return "is missing"
	}
	if len(raw) > MaxURLBytes {
		return tooLong(MaxURLBytes)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || !u.IsAbs() || !printable(raw, `#\`):
		return "must be an absolute URI without fragment"
	case u.User != nil:
		return "contains user information"
	case u.Scheme == "https" && u.Hostname() != "", strings.Contains(u.Scheme, "."):
		return ""
	case u.Scheme == "http" && loopback(u.Hostname()):
		return ""
	default:
		return "must be https, or http on a loopback host"
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
