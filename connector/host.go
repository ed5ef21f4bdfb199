package connector

import (
	"fmt"
	"strings"
)

// MaxHostBytes bounds one entry of Manifest.Hosts.
const MaxHostBytes = 512

// CheckHost reports whether s can be an entry of Manifest.Hosts:
//
//	entry    = [ "https://" ] name [ ":" port ]
//	name     = [ "*." ] label *( "." label )    ; "*." only before two labels or more
//	label    = 1*( letter / digit / "-" / "_" / template )
//	template = [ "$" ] "{" param "}"            ; the value of a parameter
//	param    = 1*( letter / digit / "_" / "-" / "." )
//
// Letters are lower case; international names are written in their xn-- form.
// "*." stands for one label or more. The error wraps ErrInvalid.
func CheckHost(s string) error {
	if reason := hostReason(s); reason != "" {
		return &inputError{"host", s, reason}
	}
	return nil
}

// hostReason says what is wrong with an entry of Hosts; empty: nothing.
func hostReason(s string) string {
	if len(s) > MaxHostBytes {
		return fmt.Sprintf("it is %d bytes long, at most %d are allowed", len(s), MaxHostBytes)
	}
	name, isURL := strings.CutPrefix(s, "https://")
	switch {
	case name == "":
		return "it is empty"
	case !isURL && strings.Contains(name, "://"):
		return "credentials are sent to https origins only"
	case strings.Contains(name, "@"):
		return "an origin has no user information"
	case strings.ContainsAny(name, `/?#\`):
		return "an origin has no path, query or fragment"
	}
	plain, reason := dropTemplates(name)
	if reason != "" {
		return reason
	}
	plain, port, hasPort := strings.Cut(plain, ":")
	if hasPort && !validPort(port) {
		return "its port is no number from 1 to 65535"
	}
	plain, wild := strings.CutPrefix(plain, "*.")
	if strings.Contains(plain, "*") {
		return `a "*" can only stand at the start, as in "*.example.com"`
	}
	labels := strings.Split(plain, ".")
	if wild && len(labels) < 2 && !strings.Contains(name, "{") {
		return `"*." needs at least two labels after it`
	}
	for _, label := range labels {
		if reason := labelReason(label); reason != "" {
			return reason
		}
	}
	return ""
}

// dropTemplates replaces every template by a letter, which is legal wherever a
// template is.
func dropTemplates(s string) (plain, reason string) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		if !found {
			b.WriteString(s)
			break
		}
		b.WriteString(strings.TrimSuffix(before, "$"))
		param, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", "a template has no closing '}'"
		}
		if param == "" || strings.Trim(param, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") != "" {
			return "", fmt.Sprintf("template %s does not name a parameter", quote(param))
		}
		b.WriteByte('x')
		s = after
	}
	return b.String(), ""
}

func validPort(s string) bool {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 65535 {
			return false
		}
		n = 10*n + int(r-'0')
	}
	return n >= 1 && n <= 65535 && s[0] != '0'
}

func labelReason(label string) string {
	switch {
	case label == "":
		return "it has an empty label: a dot too many"
	case len(label) > 63:
		return "it has a label of more than 63 bytes"
	case label[0] == '-' || label[len(label)-1] == '-':
		return "it has a label that begins or ends with '-'"
	}
	for _, r := range label {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
		case r >= 'A' && r <= 'Z':
			return "it has upper case letters, want lower case"
		default:
			return fmt.Sprintf("it contains %q", r)
		}
	}
	return ""
}
