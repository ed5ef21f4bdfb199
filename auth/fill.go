package auth

import (
	"net/url"
	"strings"
)

// FillURL fills the templates of an https URL with values, by parameter key, as
// [CompileHosts] does: in its host they are parts of a name, behind it any text, which is
// escaped, so that a value never changes where the URL goes or how many parts it has. The
// error is an *InvalidError, also for a template without a value, and shows no value.
func FillURL(raw string, values map[string]any) (*url.URL, error) {
	refuse := func(reason string) (*url.URL, error) { //nolint:unparam // it ends the function
		return nil, &InvalidError{[]Fault{{Reason: reason}}}
	}
	rest, https := strings.CutPrefix(raw, "https://")
	if !https || len(raw) > MaxURLBytes {
		return refuse("must be an https URL of at most 2048 bytes")
	}
	end := len(rest)
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		end = i
	}
	value := func(shape func(string) (string, string)) func(string) (string, string) {
		return func(param string) (string, string) {
			v, found := hostValue(values, param)
			if !found {
				return "", "has a template without a value: " + param
			}
			return shape(v)
		}
	}
	host, reason := fillTemplates(rest[:end], value(hostPart))
	if wholeTemplate(rest[:end]) {
		host, reason = fillTemplates(rest[:end], value(wholeHost))
	}
	if reason != "" {
		return refuse(reason)
	}
	tail, reason := fillTemplates(rest[end:], value(func(v string) (string, string) {
		return strings.ReplaceAll(url.QueryEscape(v), "+", "%20"), ""
	}))
	if reason != "" {
		return refuse(reason)
	}
	u, no := parseEndpoint("https://" + host + tail)
	if no != "" {
		return refuse(no)
	}
	for step := range strings.SplitSeq(u.Path, "/") {
		if step == "." || step == ".." { // a server would take it for another path
			return refuse("has '.' or '..' for a step of its path")
		}
	}
	return u, nil
}
