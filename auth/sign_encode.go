package auth

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// encodeStrict escapes everything but the unreserved characters of RFC 3986
// section 2.3, as RFC 5849 section 3.6 and AWS ask for.
func encodeStrict(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || contains("-._~", c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// pair is a name and a value, both escaped.
type pair struct{ name, value string }

// encodePairs adds every value of q to pairs.
func encodePairs(pairs []pair, q url.Values) []pair {
	for name, values := range q {
		for _, value := range values {
			pairs = append(pairs, pair{encodeStrict(name), encodeStrict(value)})
		}
	}
	return pairs
}

// joinPairs sorts pairs by the bytes of their names, then their values, and
// writes them like a query.
func joinPairs(pairs []pair) string {
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p.name + "=" + p.value
	}
	return strings.Join(parts, "&")
}
