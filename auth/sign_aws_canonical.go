package auth

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// sendPath returns the path as it is sent: each of its elements escaped once.
func sendPath(u *url.URL) (path, reason string) {
	escaped := u.EscapedPath()
	if escaped == "" {
		return "/", ""
	}
	elements := strings.Split(escaped, "/")
	for i, element := range elements {
		plain, err := url.PathUnescape(element)
		if err != nil {
			return "", "the path is malformed"
		}
		elements[i] = encodeStrict(plain)
	}
	return strings.Join(elements, "/"), ""
}

// encodePath escapes each element of a path, which may be escaped already.
func encodePath(path string) string {
	elements := strings.Split(path, "/")
	for i, element := range elements {
		elements[i] = encodeStrict(element)
	}
	return strings.Join(elements, "/")
}

// normalizePath removes empty and dot elements (RFC 3986 section 5.2.4), but
// keeps a slash at the end.
func normalizePath(path string) string {
	elements := strings.Split(path, "/")
	var kept []string
	for _, element := range elements {
		switch element {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, element)
		}
	}
	if last := elements[len(elements)-1]; len(kept) > 0 && last == "" {
		kept = append(kept, "")
	}
	return "/" + strings.Join(kept, "/")
}

// canonicalQuery sorts a query and escapes it anew.
func canonicalQuery(raw string) (query, reason string) {
	parsed, err := url.ParseQuery(raw)
	if err != nil {
		return "", "the query is malformed" // the error quotes it
	}
	return joinPairs(encodePairs(nil, parsed)), ""
}

// canonicalHeaders returns the names of the signed headers and the canonical form
// of them all. What is signed is what the caller and the placement have set, but
// for headers that are changed on the way.
func canonicalHeaders(req *http.Request) (names, headers string) {
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	lines := map[string]string{"host": host}
	for name, values := range req.Header {
		lower := strings.ToLower(name)
		if changedOnTheWay(lower) {
			continue
		}
		trimmed := make([]string, len(values))
		for i, v := range values {
			trimmed[i] = strings.Join(strings.Fields(v), " ")
		}
		lines[lower] = strings.Join(trimmed, ",")
	}
	sorted := slices.Sorted(maps.Keys(lines))
	var b strings.Builder
	for _, name := range sorted {
		b.WriteString(name + ":" + lines[name] + "\n")
	}
	return strings.Join(sorted, ";"), b.String()
}

func changedOnTheWay(name string) bool {
	switch name {
	case "authorization", "host", "user-agent", "accept-encoding", "connection", "expect", "te", "trailer",
		"transfer-encoding", "upgrade", "x-amzn-trace-id", "x-forwarded-for":
		return true
	default:
		return strings.HasPrefix(name, "proxy-")
	}
}
