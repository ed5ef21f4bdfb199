package egress

import (
	"net/netip"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// guard decides which addresses may be dialed. It is immutable.
type guard struct {
	private bool // AllowPrivate
	special *ssrf.Guardian
}

// newGuard returns a guard that refuses every special-purpose range of the
// IANA registries, with the exceptions of AllowPrivate.
func newGuard(allowPrivate bool) *guard {
	opts := []ssrf.Option{ssrf.WithAnyPort()}
	if allowPrivate {
		opts = append(opts,
			ssrf.WithAllowedV4Prefixes(
				netip.MustParsePrefix("127.0.0.0/8"),
				netip.MustParsePrefix("10.0.0.0/8"),
				netip.MustParsePrefix("172.16.0.0/12"),
				netip.MustParsePrefix("192.168.0.0/16"),
				netip.MustParsePrefix("100.64.0.0/10"),
			),
			ssrf.WithAllowedV6Prefixes(
				netip.MustParsePrefix("::1/128"),
				netip.MustParsePrefix("fc00::/7"),
			),
		)
	}
	return &guard{private: allowPrivate, special: ssrf.New(opts...)}
}

// control is a net.Dialer.Control: it sees every address right before the
// connection is made, after all name resolution.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return &AddressError{Host: address, Reason: "network " + network + " is not allowed"}
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return &AddressError{Host: address, Reason: "not an address and port"}
	}
	return g.addr(ap.Addr())
}

// addr returns an *AddressError when a must not be dialed.
func (g *guard) addr(a netip.Addr) error {
	// An IPv4-mapped address reaches the IPv4 address, so it is judged as one.
	plain := a.Unmap().WithZone("")
	if isMetadata(plain) {
		return &AddressError{Host: a.String(), Reason: "it serves machine metadata"}
	}
	if a.Zone() != "" {
		return &AddressError{Host: a.String(), Reason: "an address with a zone is link-local"}
	}
	if g.special.SafeAddr(plain) != nil {
		reason := "it lies in a special-purpose range"
		if !g.private && newGuard(true).addr(a) == nil {
			reason = "it lies in a loopback or private range, which must be allowed explicitly"
		}
		return &AddressError{Host: a.String(), Reason: reason}
	}
	return nil
}

// isMetadata reports the addresses of machine metadata services that lie
// outside the link-local range: some in public space, some in private ranges.
func isMetadata(a netip.Addr) bool {
	switch a.String() {
	case "168.63.129.16", // Azure
		"100.100.100.200", // Alibaba Cloud
		"fd00:ec2::254",   // Amazon
		"fd20:ce::254":    // Google
		return true
	}
	return false
}

// host judges a host as it is written in a URL, before any lookup. A name
// passes here and its addresses are judged when they are dialed.
func (g *guard) host(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		return g.addr(a)
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if strings.ContainsAny(name, ":%[]") {
		return &AddressError{Host: host, Reason: "not a host name"}
	}
	if endsInNumber(name) {
		// Resolvers of the C library read 2130706433, 0x7f.1 and 0177.0.0.1 as
		// 127.0.0.1. No top-level domain is a number.
		return &AddressError{Host: host, Reason: "a numeric host must be a dotted-decimal address"}
	}
	if !g.private && (name == "localhost" || strings.HasSuffix(name, ".localhost")) {
		return &AddressError{Host: host, Reason: "loopback must be allowed explicitly"}
	}
	return nil
}

// endsInNumber reports whether the last label of a host is decimal digits or
// 0x and hexadecimal ones (the "ends in a number" check of the URL standard).
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	digits := "0123456789"
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		last, digits = hex, "0123456789abcdef"
		if last == "" {
			return true
		}
	}
	return last != "" && strings.Trim(last, digits) == ""
}
