package connector

import (
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// MaxURLBytes bounds every URL of the model.
const MaxURLBytes = 2048

// absoluteReason says why raw is no absolute http or https URL that can be
// shown as a link or fetched; empty: it is one.
func absoluteReason(raw string) string {
	if plainLink(raw) {
		return ""
	}
	u, reason := parseURL(raw)
	switch {
	case reason != "":
		return reason
	case u.Scheme != "https" && u.Scheme != "http":
		return "want an absolute URL that begins with https:// or http://"
	default:
		return authorityReason(u)
	}
}

// locationReason says why raw is neither a path relative to its document nor an
// absolute http or https URL; empty: it is one of them.
func locationReason(raw string) string {
	if plainPath(raw) || plainLink(raw) {
		return ""
	}
	u, reason := parseURL(raw)
	switch {
	case reason != "":
		return reason
	case u.IsAbs():
		return absoluteReason(raw)
	case u.Host != "" || strings.HasPrefix(raw, "/"):
		return "want a path relative to the document, or an absolute URL"
	case strings.ContainsAny(raw, "?#"):
		return "a relative path has no query and no fragment"
	case strings.Contains(u.Path, `\`):
		return `it contains '\'`
	case u.Path == "." || !fs.ValidPath(u.Path):
		return "a relative path has no empty, '.' or '..' elements"
	default:
		return ""
	}
}

// referenceReason says why raw is no reference such as "docker://image:tag".
func referenceReason(raw string) string {
	u, reason := parseURL(raw)
	switch {
	case reason != "":
		return reason
	case u.Scheme == "" || u.Opaque != "" || (u.Host == "" && strings.Trim(u.Path, "/") == ""):
		return "a reference is a URL with a scheme, such as docker://example.com/image:1.0.0"
	case u.User != nil:
		return "it contains user information"
	default:
		return ""
	}
}

// iconReason says why raw is no picture that a page can show.
func iconReason(raw string) string {
	if !strings.HasPrefix(raw, "data:") {
		return locationReason(raw)
	}
	if !strings.HasPrefix(raw, "data:image/") {
		return "a data URL of an icon begins with data:image/"
	}
	return escapedReason(raw)
}

// plainLink reports whether s is an https URL of a plain host and path, as most
// links are.
func plainLink(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	return ok && plainPath(rest)
}

// plainPath reports whether s is a path of plain names, which as a URL means
// what it looks like. Most are, and need no parser.
func plainPath(s string) bool {
	start := true // of a name
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			start = false
		case start:
			return false
		case c == '/':
			start = true
		case c != '.' && c != '-' && c != '_':
			return false
		}
	}
	return !start && len(s) <= MaxURLBytes-len("https://")
}

func parseURL(raw string) (*url.URL, string) {
	if raw == "" {
		return nil, "it is missing"
	}
	if len(raw) > MaxURLBytes {
		return nil, fmt.Sprintf("it is %d bytes long, at most %d are allowed", len(raw), MaxURLBytes)
	}
	if reason := escapedReason(raw); reason != "" {
		return nil, reason
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, "it is no URL"
	}
	return u, ""
}

// escapedReason says which byte of a URL has to be escaped. Browsers read a
// backslash as a slash.
func escapedReason(raw string) string {
	for i := range len(raw) {
		if raw[i] == '\\' {
			return `it contains '\'`
		}
		if raw[i] <= ' ' || raw[i] > '~' {
			return fmt.Sprintf("byte %d has to be escaped", i)
		}
	}
	return ""
}

func authorityReason(u *url.URL) string {
	switch {
	case u.User != nil:
		return "it contains user information"
	case u.Hostname() == "":
		return "it has no host"
	default:
		return ""
	}
}

// probeReason says why a manifest's Probe cannot be filled, whatever the
// parameters are.
func probeReason(s string) string {
	values := map[string]any{}
	for rest := s; ; {
		_, after, open := strings.Cut(rest, "{")
		param, after, closed := strings.Cut(after, "}")
		if !open || !closed {
			break
		}
		values[param], rest = "x", after
	}
	if _, err := auth.FillURL(s, values); err != nil {
		return strings.TrimPrefix(err.Error(), "auth: ")
	}
	return ""
}
