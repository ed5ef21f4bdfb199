package auth

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// hostValue returns the value of a template's parameter. One that is blank or
// of a kind that no host name has counts as absent.
func hostValue(values map[string]any, param string) (string, bool) {
	v, found := values[param]
	if !found {
		outer, inner, nested := strings.Cut(param, ".")
		if group, ok := values[outer].(map[string]any); ok && nested {
			return hostValue(group, inner)
		}
	}
	switch v := v.(type) {
	case string:
		return v, v != ""
	case json.Number:
		return v.String(), v != ""
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), v == math.Trunc(v)
	default:
		return "", false // a Secret too: hosts are shown in errors
	}
}

// hostPart returns a value as a part of a host name.
func hostPart(value string) (text, reason string) {
	if !word(value, "_-.", "_-.") {
		return "", "has a parameter whose value cannot be a part of a host name"
	}
	return strings.ToLower(value), ""
}

// wholeHost returns a value that is a host by itself, with a port perhaps, or an
// https URL.
func wholeHost(value string) (text, reason string) {
	const refused = "has a parameter whose value is neither a host nor an https URL"
	if !strings.Contains(value, "://") {
		value = "https://" + value
	}
	u, no := parseEndpoint(value)
	if no != "" {
		return "", refused
	}
	name := strings.ToLower(u.Hostname())
	if nameReason(name) != "" {
		return "", refused
	}
	if u.Port() != "" {
		name += ":" + u.Port()
	}
	return name, ""
}
