package airbyte_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
)

// silent are the words that no parameter carries and no Problem lists, by
// design, with the reason.
var silent = map[string]string{
	"$schema": "all are of draft 7", "examples": "they look like credentials", "example": "as examples",
	"order": "parameters stand in their order", "additionalProperties": "parameters know no others",

	// Of an object with fields, which is no field itself.
	"object title": "", "object description": "", "object default": "", "object airbyte_hidden": "its fields are", "object airbyte_secret": "its fields are",

	// Of no meaning in JSON Schema: hints for the publisher's own form builder,
	"group": "", "groups": "", "always_show": "", "multiline": "", "pattern_descriptor": "", "display_type": "", "airbyte_hidden": "",
	// and typing errors.
	"name": "", "tittle": "", `title"`: "", `default"`: "", "desciption": "", "decription": "", "desciprtion": "", "requires": "", "min": "", "max": "",
	"mininum": "", "maxitems": "", "item": "", "schema": "", "query": "", "query_in_title": "",

	"default of a constant": "it tells alternatives apart: the object's default decides",
	"format beside pattern": "an annotation: they often contradict each other",
	"text of alternatives":  "a field of several alternatives has the first one's title, help and default",
	"pattern of no text":    "it constrains nothing",
}

// TestEveryKeywordIsExpressedOrListed walks through all that the specifications say:
// a parameter carries it, a Problem of the connector lists it, or it is
// silent by design.
func TestEveryKeywordIsExpressedOrListed(t *testing.T) {
	t.Parallel()
	c := coverage{silent: map[string]int{}}
	for _, s := range specs(t) {
		c.spec, c.params = s, map[string][]*auth.Param{}
		for i := range s.schemes {
			for j := range s.schemes[i].Params {
				p := &s.schemes[i].Params[j]
				c.params[p.Key] = append(c.params[p.Key], p)
			}
		}
		c.places = map[string]int{}
		visit(s.schema, "", func(object, string) {}, func(_ object, path string) { c.places[path]++ })
		c.walk(s.schema, nil)
		for _, missing := range c.missing {
			t.Errorf("%s: %s is neither expressed nor listed", s.name, missing)
		}
		c.missing = nil
	}
	t.Logf("%d keywords are expressed, %d listed as lost; by design neither:", c.expressed, c.listed)
	for _, word := range slices.Sorted(maps.Keys(c.silent)) {
		t.Logf("  %-22s %5d", word, c.silent[word])
		if _, meant := silent[word]; !meant {
			t.Errorf("%q is silent without a reason", word)
		}
	}
	if c.expressed < 14_000 || c.listed < 150 {
		t.Errorf("too little to go by: %d expressed, %d listed", c.expressed, c.listed)
	}
}

// coverage counts what becomes of keywords.
type coverage struct {
	*spec
	params            map[string][]*auth.Param // of all schemes
	places            map[string]int           // how often a key is described
	expressed, listed int
	silent            map[string]int
	missing           []string
}

// walk looks at a schema and all of its fields.
func (c *coverage) walk(s object, at []string) {
	for _, word := range sorted(s) {
		if word == "properties" || word == "oneOf" && structural(s) {
			continue
		}
		c.account(s, at, word)
	}
	if !structural(s) {
		return
	}
	properties := asObject(s["properties"])
	for _, name := range sorted(properties) {
		c.walk(asObject(properties[name]), append(slices.Clip(at), "properties", name))
	}
	for i, b := range asList(s["oneOf"]) {
		c.walk(asObject(b), append(slices.Clip(at), "oneOf", fmt.Sprint(i)))
	}
}

// account decides what became of one keyword.
func (c *coverage) account(s object, at []string, word string) {
	params := c.params[dotted(at)]
	carried := c.carried
	if structural(s) {
		carried = c.structured
	}
	switch why, ok := carried(params, s, at, word); {
	case ok && why == "":
		c.expressed++
	case ok:
		c.silent[why]++
	case c.lost(at, word):
		c.listed++
	default:
		c.missing = append(c.missing, fmt.Sprintf("/%s/%s = %.80v", strings.Join(at, "/"), word, s[word]))
	}
}

// lost reports whether a Problem lists the keyword: itself, its schema, a field
// of the same key in another alternative, or something around it whole.
func (c *coverage) lost(at []string, word string) bool {
	place := append(slices.Clip(at), word)
	for _, l := range c.losses {
		within := len(l.at) <= len(place) && slices.Equal(l.at, place[:len(l.at)])
		switch {
		case strings.Contains(l.reason, "shape of the items"):
			within = len(at) == len(l.at)-1 && slices.Equal(at, l.at[:len(at)])
		case strings.Contains(l.reason, "differs from the same field"):
			within = dotted(l.at) == dotted(at)
		case strings.Contains(l.reason, "which alternative"), strings.Contains(l.reason, "alternatives ask for"):
			within = within && word == "required"
		case strings.Contains(l.reason, "always chosen"):
			within = false
		case strings.Contains(l.reason, "value of a secret"):
			within = within && (word == "default" || word == "enum" || word == "const")
		case word == "items": // constraints of the items have pointers below
			within = slices.Equal(at, l.at[:min(len(at), len(l.at))])
		}
		if within {
			return true
		}
	}
	return false
}

// structured accounts for what an object of fields says.
func (c *coverage) structured(_ []*auth.Param, s object, at []string, word string) (silently string, ok bool) {
	switch word {
	case "type":
		return "", true // its fields have its key before theirs
	case "required":
		for _, name := range asList(s["required"]) {
			key := strings.TrimPrefix(dotted(at)+"."+name.(string), ".")
			inner := slices.ContainsFunc(sorted(asParams(c.params)), func(k string) bool { return strings.HasPrefix(k, key+".") })
			must := slices.ContainsFunc(c.params[key], func(p *auth.Param) bool { return p.Role != auth.RoleOptional })
			if !inner && !must {
				return "", false
			}
		}
		return "", true
	case "title", "description":
		for i := range c.schemes {
			if c.schemes[i].Title == s[word] || c.schemes[i].Help == s[word] {
				return "", true
			}
		}
		return "object " + word, true
	case "default", "airbyte_hidden", "airbyte_secret":
		return "object " + word, true
	default:
		_, meant := silent[word]
		return word, meant
	}
}

func asParams(m map[string][]*auth.Param) object {
	out := make(object, len(m))
	for k := range m {
		out[k] = nil
	}
	return out
}

// carried accounts for what a field says: one of its parameters has it.
func (c *coverage) carried(params []*auth.Param, s object, at []string, word string) (silently string, ok bool) {
	switch word {
	case "format":
		if s["pattern"] != nil {
			return "format beside pattern", true
		}
	case "pattern":
		if typeOf(s) != "string" {
			return "pattern of no text", true
		}
	case "uniqueItems":
		if s[word] == false {
			return "", true
		}
	}
	if slices.ContainsFunc(params, func(p *auth.Param) bool { return has(p, s, word) }) {
		return "", true
	}
	all := asList(s["enum"])
	switch {
	case word == "default" && (s["const"] != nil || len(all) == 1):
		return "default of a constant", true
	case word == "title", word == "description", word == "default":
		return "text of alternatives", c.places[dotted(at)] > 1
	default:
		_, meant := silent[word]
		return word, meant
	}
}
