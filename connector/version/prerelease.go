package version

import (
	"cmp"
	"strings"
)

// comparePrerelease compares two pre-release parts, neither empty, identifier by
// identifier (Semantic Versioning 2.0.0, item 11.4). Masterminds' own comparison
// is not used: it allocates, and it takes a numeric identifier above 2^64-1
// for a word.
func comparePrerelease(a, b string) int {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		if c := compareIdentifier(x, y); c != 0 {
			return c
		}
		switch {
		case !moreA && !moreB:
			return 0
		case !moreA:
			return -1
		case !moreB:
			return 1
		}
		a, b = restA, restB
	}
}

// compareIdentifier compares numbers as numbers, words bytewise, and any
// number below any word.
func compareIdentifier(x, y string) int {
	numX, numY := isNumeric(x), isNumeric(y)
	switch {
	case numX && numY:
		if c := cmp.Compare(len(x), len(y)); c != 0 {
			return c // no leading zeros, so the longer is the larger
		}
		return strings.Compare(x, y)
	case numX:
		return -1
	case numY:
		return 1
	default:
		return strings.Compare(x, y)
	}
}

func isNumeric(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
