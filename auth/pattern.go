package auth

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxProgram bounds a compiled pattern, because matching costs the product of
// its size and the value's. Real ones stay below 150 instructions; with
// MaxValueBytes the worst case is about a second.
const maxProgram = 1000

// compile compiles a pattern, or says why it cannot be used.
func compile(pattern string) (*regexp.Regexp, string) {
	if len(pattern) > MaxPatternBytes {
		return nil, tooLong(MaxPatternBytes)
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, "is not an RE2 regular expression"
	}
	// Repetitions multiply: count before anything is built of them.
	if weight(parsed) > maxProgram {
		return nil, "is too complex"
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, "is not an RE2 regular expression"
	}
	return re, ""
}

// weight estimates from above how many instructions re compiles to.
func weight(re *syntax.Regexp) int {
	n := 1
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCharClass:
		n = 1 + len(re.Rune)/64 // big Unicode classes are slow to match
	default:
	}
	for _, sub := range re.Sub {
		n += weight(sub)
	}
	if re.Op == syntax.OpRepeat {
		times := max(re.Min, re.Max, 1)
		if re.Max < 0 {
			times = re.Min + 1
		}
		n *= times
	}
	return min(n, maxProgram+1) // never overflows
}

// portable reports whether a pattern that RE2 takes is also one of JSON Schema's
// dialect (ECMA-262 with the "u" flag), so that a schema may carry it. In doubt
// it says no: the check is then left to Validate.
func portable(pattern string) bool {
	inClass := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case rest[0] == '\\':
			if !portableEscape(rest, inClass) {
				return false
			}
			i++
		case inClass:
			if rest[0] == '[' {
				return false // [[:alpha:]] and the like
			}
			inClass = rest[0] != ']'
		case rest[0] == '[':
			if strings.HasPrefix(rest, "[]") || strings.HasPrefix(rest, "[^]") {
				return false // a literal bracket to RE2, an empty class to ECMA-262
			}
			inClass = true
		case strings.HasPrefix(rest, "(?") && !strings.HasPrefix(rest, "(?:"):
			return false
		case rest[0] == '{':
			n := quantifier(rest)
			if n == 0 {
				return false
			}
			i += n - 1
		case rest[0] == '}', rest[0] == ']':
			return false
		case rest[0] == '^', rest[0] == '$':
			if repeated(rest[1:]) {
				return false
			}
		default:
		}
	}
	return true
}

// portableEscape judges the escape that s begins with.
func portableEscape(s string, inClass bool) bool {
	if len(s) < len(`\x`) {
		return false
	}
	switch c, next := s[1], s[2:]; c {
	case '-':
		return inClass
	case 'b', 'B':
		return !inClass && !repeated(next)
	case 'd', 'D', 'w', 'W', 's', 'S': // in a class, no end of a range
		return !inClass || !strings.HasPrefix(next, "-") || strings.HasPrefix(next, "-]")
	default:
		return contains(`nrtfv^$\.*+?()[]{}|/`, c)
	}
}

// repeated reports whether next repeats what is before it, which ECMA-262 does
// not allow of an assertion.
func repeated(next string) bool { return next != "" && contains("*+?{", next[0]) }

// quantifier returns the length of the {n}, {n,} or {n,m} that s begins with.
func quantifier(s string) int {
	body, _, closed := strings.Cut(s[1:], "}")
	low, high, _ := strings.Cut(body, ",")
	if !closed || low == "" || !digits(low) || !digits(high) {
		return 0
	}
	return len(body) + len("{}")
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
