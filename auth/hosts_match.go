package auth

import (
	"net/netip"
	"net/url"
	"strings"
)

// Match reports whether u is an https URL at a host and port that the pattern
// names. A host with a trailing dot, an empty label or a character beyond ASCII is
// nobody's: it is written in more than one way, and only one was agreed to.
func (h HostPattern) Match(u *url.URL) bool { return h.match(u, false) }

// match is Match. With http, an entry that was not written with "https://" also
// names http at its port, 80 by default.
func (h HostPattern) match(u *url.URL, http bool) bool {
	if h.name == "" || u == nil || u.User != nil || u.Opaque != "" {
		return false
	}
	standard := ""
	switch {
	case u.Scheme == "https":
		standard = "443"
	case u.Scheme == "http" && http && !h.strict:
		standard = "80"
	default:
		return false
	}
	port, want := u.Port(), h.port
	if port == "" {
		port = standard
	}
	if want == "" {
		want = standard
	}
	return port == want && h.matchName(strings.ToLower(u.Hostname()))
}

func (h HostPattern) matchName(host string) bool {
	if !h.wild {
		return host == h.name
	}
	sub, ok := strings.CutSuffix(host, "."+h.name)
	if !ok || nameReason(sub) != "" {
		return false
	}
	_, err := netip.ParseAddr(host)
	return err != nil // the parts of an address are no domains
}

// matchAny reports whether one of the patterns names u.
func matchAny(patterns []HostPattern, u *url.URL, http bool) bool {
	for _, p := range patterns {
		if p.match(u, http) {
			return true
		}
	}
	return false
}
