package auth

import (
	"slices"
	"strconv"
	"strings"
)

// Bounds of a list of hosts.
const (
	MaxHosts     = 256 // in one list
	MaxHostBytes = 512 // of one entry as written, and of one whose templates are filled
)

// HostPattern is one entry of the hosts that credentials may reach, ready to be
// matched. It is immutable and safe for concurrent use. The zero value matches
// nothing.
type HostPattern struct {
	entry   string // as written
	missing string // the parameter without a value; empty when there is none
	strict  bool   // written with "https://": http is never meant
	wild    bool   // "*."
	name    string // without "*."; empty matches nothing
	port    string // empty: the scheme's own
}

// CompileHosts reads a list of hosts and fills its templates with values, by
// parameter key:
//
//	entry    = [ "https://" ] name [ ":" port ]
//	name     = [ "*." ] label *( "." label )    ; "*." only before two labels or more
//	label    = 1*( letter / digit / "-" / "_" / template )
//	template = [ "$" ] "{" param "}"
//
// Names match without regard to case, as a whole; "*." stands for one label or
// more. Without a port the entry means port 443 and no other.
//
// A value is a string or a whole number made of letters, digits, '-', '_' and
// '.', so that it can never leave the part of the name that the entry gives it.
// The value of an entry that is nothing but a template may also be an https URL,
// of which the host and port count. Where the key itself is not in values, "a.b"
// is looked for as b within a. An entry with a parameter that has no value
// matches nothing; that is no fault.
//
// Everything wrong is returned at once, by the entry's position and never with a
// value, and what is wrong matches nothing. The patterns are as many as entries,
// in their order.
func CompileHosts(entries []string, values map[string]any) ([]HostPattern, []Fault) {
	var f faults
	if len(entries) > MaxHosts {
		f.add("", tooMany(MaxHosts, "entries"))
		return make([]HostPattern, len(entries)), f
	}
	patterns := make([]HostPattern, len(entries))
	for i, entry := range entries {
		pattern, reason := compileHost(entry, values)
		if reason != "" {
			f.add(strconv.Itoa(i), reason)
		}
		patterns[i] = pattern
	}
	return patterns, f
}

func compileHost(entry string, values map[string]any) (HostPattern, string) {
	broken := HostPattern{entry: entry}
	written, reason := parseHost(entry, func(string) (string, string) { return "x", "" })
	if reason != "" {
		return broken, reason
	}
	missing, whole, https := "", wholeTemplate(entry), false
	filled, reason := parseHost(entry, func(param string) (string, string) {
		v, found := hostValue(values, param)
		switch {
		case !found:
			missing = param
			return "x", ""
		case whole:
			https = strings.Contains(v, "://")
			return wholeHost(v)
		default:
			return hostPart(v)
		}
	})
	switch {
	case reason != "":
		return broken, reason
	case missing != "":
		return HostPattern{entry: entry, missing: missing}, ""
	case filled.wild && !strings.Contains(filled.name, "."):
		return broken, `needs at least two labels after "*."`
	}
	filled.entry, filled.strict = entry, written.strict || https
	return filled, ""
}

// String returns the entry as it was written, without values.
func (h HostPattern) String() string { return h.entry }

// missingParams lists the parameters without which patterns match nothing.
func missingParams(patterns []HostPattern) []string {
	var keys []string
	for _, p := range patterns {
		if p.missing != "" {
			keys = append(keys, p.missing)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// wholeTemplate reports whether an entry is one template and nothing else.
func wholeTemplate(entry string) bool {
	rest := strings.TrimPrefix(strings.TrimPrefix(entry, "https://"), "$")
	return strings.HasPrefix(rest, "{") && strings.IndexByte(rest, '}') == len(rest)-1
}
