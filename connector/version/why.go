package version

import (
	"fmt"
	"strings"
)

// maxNamed bounds how many versions a sentence lists.
const maxNamed = 8

// whyNone says why a selection has no target.
func (s *Set) whyNone(sel *Selection, c *Compiled) (Code, string) {
	code, why := s.noTarget(sel, c)
	if sel.Stranded {
		why = sel.Installed + " is installed and no version could replace it: " + why
	}
	return code, why
}

func (s *Set) noTarget(sel *Selection, c *Compiled) (Code, string) {
	if v, ok := c.named(); ok {
		if i, offered := s.index(&v); offered {
			return sel.Verdicts[i].Code, v.raw + " is refused: " + sel.Verdicts[i].Reason
		}
		why := v.raw + " is not offered"
		if others := s.builds(&v); len(others) > 0 {
			why += "; other builds of it are, and each must be asked for by name: " + list(others)
		}
		return CodeConstraint, why
	}
	if s.Len() == 0 {
		return CodeNone, "no release is offered"
	}
	var within []Verdict
	for i := range sel.Verdicts {
		if c.constraint.text == "" || c.constraint.Contains(s.entries[i].version()) {
			within = append(within, sel.Verdicts[i])
		}
	}
	if len(within) == 0 {
		return CodeConstraint, fmt.Sprintf("none of the %d offered versions is within the constraint %q",
			s.Len(), c.constraint.text)
	}
	return summarise(within)
}

// summarise counts the codes of releases none of which is eligible, and
// explains the newest.
func summarise(vs []Verdict) (Code, string) {
	var codes []Code
	count := map[Code]int{}
	for _, v := range vs {
		if count[v.Code] == 0 {
			codes = append(codes, v.Code)
		}
		count[v.Code]++
	}
	parts := make([]string, len(codes))
	for i, code := range codes {
		parts[i] = fmt.Sprintf("%d %s", count[code], code)
	}
	code := codes[0]
	if len(codes) > 1 {
		code = CodeNone
	}
	return code, fmt.Sprintf("no version is eligible (%s); the newest, %s: %s",
		strings.Join(parts, ", "), vs[0].Version, vs[0].Reason)
}

// list joins versions, not too many.
func list(vs []string) string {
	if len(vs) > maxNamed {
		return strings.Join(vs[:maxNamed], ", ") + fmt.Sprintf(" and %d more", len(vs)-maxNamed)
	}
	return strings.Join(vs, ", ")
}
