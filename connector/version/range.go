package version

import (
	"fmt"
	"strings"
)

// Bounds of a range.
const (
	MaxRangeBytes = 256
	MaxRangeTerms = 32 // comparators over all alternatives; a hyphen range counts as two
)

// Range is a set of versions, made by ParseRange. It is immutable and safe for
// concurrent use. The zero Range contains nothing.
type Range struct {
	text  string
	set   spans
	exact Version // the zero Version unless the whole range is one exact version
}

// ParseRange parses an exact version or a range; the grammar and its meaning
// stand in the package documentation. The error wraps ErrInvalidRange and says
// what is wrong. An empty s is an error, and so is a range that no version can
// be in.
func ParseRange(s string) (Range, error) {
	r, err := parseRange(s)
	if err != nil {
		return Range{}, fmt.Errorf("%w %s: %w", ErrInvalidRange, quote(s), err)
	}
	return r, nil
}

// Contains reports whether v is in the range. Comparators follow plain
// precedence: "<2.0.0" contains 2.0.0-rc.1.
func (r Range) Contains(v Version) bool {
	if v.raw == "" {
		return false
	}
	p := pack(v)
	_, ok := r.set.find(&p)
	return ok
}

// Exact returns the one version that the range names, and whether it is an
// exact version at all, such as "1.2.3" or "=1.2.3".
func (r Range) Exact() (Version, bool) { return r.exact, r.exact.raw != "" }

// String returns what was parsed.
func (r Range) String() string { return r.text }

func parseRange(s string) (Range, error) {
	if len(s) > MaxRangeBytes {
		return Range{}, fmt.Errorf("%d bytes, the limit is %d", len(s), MaxRangeBytes)
	}
	if strings.TrimSpace(s) == "" {
		return Range{}, errEmptyRange
	}
	if i := strings.IndexFunc(s, isForeign); i >= 0 {
		return Range{}, fmt.Errorf("unexpected character at byte %d", i)
	}
	var all []span
	var exact Version
	terms := 0
	for alternative := range strings.SplitSeq(s, "||") {
		ts, err := parseAlternative(alternative)
		if err != nil {
			return Range{}, err
		}
		if terms += len(ts); terms > MaxRangeTerms {
			return Range{}, fmt.Errorf("more than %d comparators", MaxRangeTerms)
		}
		if terms == 1 && ts[0].op == opEqual && ts[0].nums == fullVersion {
			exact = ts[0].at
		}
		set := everything()
		for _, t := range ts {
			set = set.intersect(spans{t.span()})
		}
		if len(set) == 0 {
			return Range{}, fmt.Errorf("no version can be in %s", quote(strings.TrimSpace(alternative)))
		}
		all = append(all, set...)
	}
	if terms > 1 {
		exact = Version{}
	}
	return Range{text: s, set: union(all), exact: exact}, nil
}

// isForeign reports whether a character never occurs in a range.
func isForeign(r rune) bool {
	switch {
	case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
		return false
	default:
		return !strings.ContainsRune(" .,+-*<>=~^!|", r)
	}
}

// parseAlternative parses what stands between two "||".
func parseAlternative(s string) ([]term, error) {
	fields := strings.Fields(s)
	if len(fields) == 3 && fields[1] == "-" {
		return parseHyphen(fields[0], fields[2])
	}
	var out []term
	for part := range strings.SplitSeq(s, ",") {
		operator := ""
		parsed := len(out)
		for field := range strings.FieldsSeq(part) {
			if field == "-" {
				return nil, errHyphen
			}
			isOperator := strings.ContainsRune(operatorChars, rune(field[0]))
			if operator != "" && isOperator {
				return nil, errMissingOperand // "> =1.2.3"
			}
			if strings.Trim(field, operatorChars) == "" {
				operator = field // "> 1.2.3"
				continue
			}
			t, err := parseTerm(operator + field)
			if err != nil {
				return nil, err
			}
			out, operator = append(out, t), ""
		}
		if operator != "" || len(out) == parsed {
			return nil, errMissingOperand
		}
	}
	return out, nil
}

// parseHyphen parses "from - to", which means ">=from <=to".
func parseHyphen(from, to string) ([]term, error) {
	lo, err := parseTerm(opAtLeast + from)
	if err != nil {
		return nil, err
	}
	hi, err := parseTerm(opAtMost + to)
	if err != nil {
		return nil, err
	}
	return []term{lo, hi}, nil
}
