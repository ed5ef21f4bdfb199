package version

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The operators of a range.
const (
	operatorChars = "<>=~^!"

	opEqual   = "="
	opNot     = "!="
	opAbove   = ">"
	opAtLeast = ">="
	opBelow   = "<"
	opAtMost  = "<="
	opTilde   = "~"
	opCaret   = "^"
)

// fullVersion is the term.nums of a version without wildcards.
const fullVersion = 3

// Why a range is refused.
var (
	errEmptyRange     = errors.New("it is empty")
	errHyphen         = errors.New(`a hyphen range ("1.2.3 - 1.4.0") is two versions and stands alone between "||"`)
	errMissingOperand = errors.New("an operator, a comma or a \"||\" lacks its version")
	errNot            = errors.New(`"!=" is refused: leave a version out with a skip, which also keeps the reason`)
	errWildcardOp     = errors.New("an operator before a bare wildcard means nothing: write \"*\"")
	errWildcardPart   = errors.New("after a wildcard only wildcards can follow, and no pre-release or build")
	errBuildOrder     = errors.New("build metadata has no precedence: it goes with \"=\" only")
)

// term is one comparator of a range.
type term struct {
	op   string
	at   Version // wildcards are 0; raw is empty when there are any
	nums int     // how many numbers stand before the first wildcard
}

func parseTerm(s string) (term, error) {
	operand := strings.TrimLeft(s, operatorChars)
	t := term{op: s[:len(s)-len(operand)]}
	switch t.op {
	case "":
		t.op = opEqual
	case opEqual, opAbove, opAtLeast, opBelow, opAtMost, opTilde, opCaret:
	case opNot:
		return term{}, errNot
	default:
		return term{}, fmt.Errorf("unknown operator %q: there are =, >, >=, <, <=, ~ and ^", t.op)
	}
	if operand == "" {
		return term{}, errMissingOperand
	}
	if err := t.parseOperand(operand); err != nil {
		return term{}, err
	}
	switch {
	case t.nums == 0 && t.op != opEqual:
		return term{}, errWildcardOp
	case t.at.build != "" && t.op != opEqual:
		return term{}, errBuildOrder
	}
	return t, nil
}

// parseOperand parses a version, or up to three numbers that end in wildcards;
// missing ones are wildcards.
func (t *term) parseOperand(s string) error {
	core, _, _ := strings.Cut(s, "+")
	core, _, _ = strings.Cut(core, "-")
	parts := strings.Split(core, ".")
	wild := len(parts) < fullVersion
	for _, p := range parts {
		wild = wild || isWildcard(p)
	}
	if !wild {
		v, why := parseVersion(s)
		if why != "" {
			return errors.New(why)
		}
		t.at, t.nums = v, fullVersion
		return nil
	}
	if core != s {
		return errWildcardPart
	}
	numbers := [...]*uint64{&t.at.major, &t.at.minor, &t.at.patch}
	if len(parts) > len(numbers) {
		return fmt.Errorf("%s has more than three parts", quote(s))
	}
	for i, number := range numbers[:len(parts)] {
		switch {
		case isWildcard(parts[i]):
		case t.nums < i:
			return errWildcardPart
		default:
			n, err := parseNumber(parts[i])
			if err != nil {
				return err
			}
			*number = n
			t.nums++
		}
	}
	return nil
}

func isWildcard(s string) bool { return s == "*" || s == "x" || s == "X" }

func parseNumber(s string) (uint64, error) {
	if !isNumeric(s) || (len(s) > 1 && s[0] == '0') {
		return 0, fmt.Errorf("%s is no number of a version", quote(s))
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is above 2^64-1", quote(s))
	}
	return n, nil
}

// span returns the versions that the comparator means.
func (t *term) span() span {
	low := cut{at: t.at} // before every build of it, as build is empty in all uses
	switch t.op {
	case opAbove:
		return span{t.newer(), cut{side: end}}
	case opAtLeast:
		return span{low, cut{side: end}}
	case opBelow:
		return span{start(), low}
	case opAtMost:
		return span{start(), t.newer()}
	case opTilde:
		return span{low, t.bump(min(t.nums, 2))}
	case opCaret:
		return span{low, t.bump(t.significant())}
	}
	switch t.nums { // equal
	case 0:
		return everything()[0]
	case fullVersion:
		return span{low, cut{t.at, after}}
	default:
		return span{low, t.bump(t.nums)}
	}
}

// newer returns the cut above everything that the operand stands for.
func (t *term) newer() cut {
	if t.nums == fullVersion {
		return cut{t.at, afterAll}
	}
	return t.bump(t.nums)
}

// significant returns how many numbers "^" holds fixed: up to the first that is
// not 0, or all that are given.
func (t *term) significant() int {
	switch {
	case t.at.major > 0 || t.nums == 1:
		return 1
	case t.at.minor > 0 || t.nums == 2:
		return 2
	default:
		return fullVersion
	}
}

// bump returns the cut below the oldest pre-release of the version whose n-th
// number is one higher, so that "^1.2.3" does not contain 2.0.0-rc.1.
func (t *term) bump(n int) cut {
	v := Version{major: t.at.major, minor: t.at.minor, patch: t.at.patch, pre: "0"}
	switch {
	case n == fullVersion && v.patch < math.MaxUint64:
		v.patch++
	case n >= 2 && v.minor < math.MaxUint64:
		v.minor, v.patch = v.minor+1, 0
	case v.major < math.MaxUint64:
		v.major, v.minor, v.patch = v.major+1, 0, 0
	default:
		return cut{side: end}
	}
	return cut{at: v}
}
