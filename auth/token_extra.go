package auth

import (
	"strings"
)

// extras returns the members that may be kept.
func (r *replyReader) extras(m jsonObject) map[string]string {
	var kept map[string]string
	for _, path := range r.extra {
		at, last := m.descend(path)
		value := at.scalar(last)
		if value == "" || len(value) > MaxURLBytes || secretName(last) || r.quirks != nil && path == r.quirks.TokenPath {
			continue
		}
		if kept == nil {
			kept = map[string]string{}
		}
		kept[path] = value
	}
	return kept
}

// secretName reports whether a member holds a secret by its name.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"token", "secret", "password", "assertion", "device_code", "_key"} {
		if strings.Contains(name, part) && name != "token_type" {
			return true
		}
	}
	return false
}
