package airbyte_test

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// generator makes documents of a schema. It is only as good as it need be:
// whether a document is valid is for the validator to say.
type generator struct {
	*rand.Rand
	branch int  // which alternative to take, modulo their number
	full   bool // with everything optional
}

// value makes a value that the schema probably accepts.
func (g *generator) value(s object) any {
	if v, ok := s["const"]; ok {
		return v
	}
	if all, ok := s["enum"].(list); ok && len(all) > 0 && s["type"] != "array" {
		return all[g.IntN(len(all))]
	}
	switch typeOf(s) {
	case "object":
		return g.object(s)
	case "array":
		return g.list(s)
	case "integer", "number":
		return g.number(s)
	case "boolean":
		return g.IntN(2) == 0
	default:
		return g.text(s)
	}
}

// typeOf is the first type but null.
func typeOf(s object) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case list:
		for _, v := range t {
			if name, ok := v.(string); ok && name != "null" {
				return name
			}
		}
	}
	if structural(s) {
		return "object"
	}
	return "string"
}

func (g *generator) object(s object) object {
	out := object{}
	if all, ok := s["oneOf"].(list); ok {
		if b, ok := all[g.branch%len(all)].(object); ok {
			out = g.object(b)
		}
	}
	required := map[string]bool{}
	names, _ := s["required"].(list)
	for _, name := range names {
		required[name.(string)] = true
	}
	properties, _ := s["properties"].(object)
	for _, name := range sorted(properties) {
		if p, ok := properties[name].(object); ok && (required[name] || g.full) {
			out[name] = g.value(p)
		}
	}
	return out
}

func (g *generator) list(s object) list {
	low, _ := s["minItems"].(float64)
	items, ok := s["items"].(object)
	if !ok {
		items = object{"type": "string"}
	}
	out := list{}
	for range int(low) + g.IntN(2) + 1 {
		out = append(out, g.value(items))
		if s["uniqueItems"] != nil && len(out) > int(max(low, 1)) {
			out = out[:1] // alike, perhaps
		}
	}
	return out
}

func (g *generator) number(s object) any {
	low, hasLow := s["minimum"].(float64)
	if above, ok := s["exclusiveMinimum"].(float64); ok {
		low, hasLow = above+1, true
	}
	high, hasHigh := s["maximum"].(float64)
	switch {
	case hasLow && hasHigh:
		return low + float64(g.IntN(int(high-low)+1))
	case hasHigh:
		return high - float64(g.IntN(50))
	default:
		return low + float64(g.IntN(50))
	}
}

// text makes a string: of an example, the default, the pattern or the format.
func (g *generator) text(s object) string {
	expression, _ := s["pattern"].(string)
	var tries []string
	for _, v := range append(asList(s["examples"]), s["default"]) {
		if text, ok := v.(string); ok && text != "" {
			tries = append(tries, text)
		}
	}
	if re, err := syntax.Parse(expression, syntax.Perl); err == nil && expression != "" {
		for range 3 {
			var b strings.Builder
			g.match(&b, re)
			tries = append(tries, b.String())
		}
	}
	switch s["format"] {
	case "date":
		tries = append(tries, "2021-03-04")
	case "date-time":
		tries = append(tries, "2021-03-04T05:06:07Z")
	default:
	}
	tries = append(tries, "text", "owner/name", "sub-domain", "a=1&b=2", "https://example.com")
	plain := object{"type": "string"}
	for _, word := range []string{"pattern", "format"} {
		if s[word] != nil {
			plain[word] = s[word]
		}
	}
	for _, rest := range []list{valid(plain, tries), valid(object{"type": "string", "pattern": expression}, tries)} {
		if len(rest) > 0 { // else the two contradict each other
			return rest[g.IntN(len(rest))].(string)
		}
	}
	return tries[g.IntN(len(tries))]
}

// valid returns those of some texts that a schema accepts.
func valid(schema object, texts []string) list {
	var out list
	check, err := compiledOnce(schema)
	for _, text := range texts {
		if err == nil && check.Validate(text) == nil {
			out = append(out, text)
		}
	}
	return out
}

func asList(v any) list {
	l, _ := v.(list)
	return l
}

func asObject(v any) object {
	o, _ := v.(object)
	return o
}

// match writes a text that a regular expression matches.
func (g *generator) match(b *strings.Builder, re *syntax.Regexp) {
	const more = 3 // times that an open repetition is repeated at most
	times := func(low, high int) {
		if high < 0 || high > low+more {
			high = low + more
		}
		for range low + g.IntN(high-low+1) {
			g.match(b, re.Sub[0])
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(g.rune(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune('a' + rune(g.IntN(26)))
	case syntax.OpStar:
		times(0, -1)
	case syntax.OpPlus:
		times(1, -1)
	case syntax.OpQuest:
		times(0, 1)
	case syntax.OpRepeat:
		times(re.Min, re.Max)
	case syntax.OpAlternate:
		g.match(b, re.Sub[g.IntN(len(re.Sub))])
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			g.match(b, sub)
		}
	default:
	}
}

// rune picks a character of a class, one of ASCII if it has any.
func (g *generator) rune(class []rune) rune {
	var plain []rune
	for i := 0; i+1 < len(class); i += 2 {
		for r := max(class[i], ' '); r <= min(class[i+1], '~'); r++ {
			plain = append(plain, r)
		}
	}
	if len(plain) == 0 {
		return max(class[0], utf8.RuneSelf)
	}
	return plain[g.IntN(len(plain))]
}
