package auth

import (
	"strconv"
	"strings"
)

// parseHost reads one entry. fill gives the text that stands for a template, or
// why there is none; that text is read like the rest of the entry.
func parseHost(entry string, fill func(param string) (text, reason string)) (HostPattern, string) {
	if len(entry) > MaxHostBytes {
		return HostPattern{}, tooLong(MaxHostBytes)
	}
	text, strict := strings.CutPrefix(entry, "https://")
	switch {
	case text == "":
		return HostPattern{}, "is empty"
	case !strict && strings.Contains(text, "://"):
		return HostPattern{}, "is not https: credentials go to https origins only"
	case strings.Contains(text, "@"):
		return HostPattern{}, "has user information, which an origin has not"
	case strings.ContainsAny(text, `/?#\`):
		return HostPattern{}, "has a path, query or fragment, which an origin has not"
	}
	text, reason := fillTemplates(text, fill)
	if reason != "" {
		return HostPattern{}, reason
	}
	if len(text) > MaxHostBytes {
		return HostPattern{}, "is longer than " + strconv.Itoa(MaxHostBytes) + " bytes when it is filled"
	}
	name, port, hasPort := strings.Cut(text, ":")
	if hasPort && !validPort(port) {
		return HostPattern{}, "has a port that is no number from 1 to 65535"
	}
	name, wild := strings.CutPrefix(name, "*.")
	if strings.Contains(name, "*") {
		return HostPattern{}, `has a "*" elsewhere than at the start, as in "*.example.com"`
	}
	if reason := nameReason(name); reason != "" {
		return HostPattern{}, reason
	}
	return HostPattern{strict: strict, wild: wild, name: name, port: port}, ""
}

// fillTemplates replaces every template.
func fillTemplates(s string, fill func(param string) (text, reason string)) (filled, reason string) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		if !found {
			b.WriteString(s)
			return b.String(), ""
		}
		b.WriteString(strings.TrimSuffix(before, "$"))
		param, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", "has a template without a closing '}'"
		}
		if !word(param, "_-.", "_-.") {
			return "", "has a template that names no parameter"
		}
		text, reason := fill(param)
		if reason != "" {
			return "", reason
		}
		b.WriteString(text)
		s = after
	}
}

func validPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && s[0] != '0' && s[0] != '+'
}

// nameReason says why s is no host name as this package compares them; empty:
// it is one.
func nameReason(s string) string {
	for label := range strings.SplitSeq(s, ".") {
		switch {
		case label == "":
			return "has an empty label: a dot too many"
		case len(label) > 63:
			return "has a label of more than 63 bytes"
		case label[0] == '-' || label[len(label)-1] == '-':
			return "has a label that begins or ends with '-'"
		}
		for _, r := range label {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			case r >= 'A' && r <= 'Z':
				return "has upper case letters, want lower case"
			default:
				return "contains " + strconv.QuoteRune(r)
			}
		}
	}
	return ""
}
