package airbytefeed

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// schema is the part of JSON Schema (draft 7) that connector specifications
// use. "examples" is not read: it often looks like a credential.
type schema struct {
	Type        any                       `json:"type"` // a string or a list of them
	Title       string                    `json:"title"`
	Description string                    `json:"description"`
	Properties  map[string]strictjson.Raw `json:"properties"`
	Required    []string                  `json:"required"`
	OneOf       []strictjson.Raw          `json:"oneOf"`
	Items       strictjson.Raw            `json:"items"`

	Order     *float64 `json:"order"`
	Default   any      `json:"default"`
	Const     any      `json:"const"`
	Enum      []any    `json:"enum"`
	Format    string   `json:"format"`
	Pattern   string   `json:"pattern"`
	Minimum   *float64 `json:"minimum"`
	Maximum   *float64 `json:"maximum"`
	MinLength *float64 `json:"minLength"`
	MaxLength *float64 `json:"maxLength"`
	MinItems  *float64 `json:"minItems"`
	MaxItems  *float64 `json:"maxItems"`

	Secret any `json:"airbyte_secret"`
	Hidden any `json:"airbyte_hidden"`

	// What a parameter has no word for.
	Ref         strictjson.Raw `json:"$ref"`
	AllOf       strictjson.Raw `json:"allOf"`
	AnyOf       strictjson.Raw `json:"anyOf"`
	Not         strictjson.Raw `json:"not"`
	If          strictjson.Raw `json:"if"`
	Above       strictjson.Raw `json:"exclusiveMinimum"`
	Below       strictjson.Raw `json:"exclusiveMaximum"`
	MultipleOf  strictjson.Raw `json:"multipleOf"`
	UniqueItems strictjson.Raw `json:"uniqueItems"`
	Patterns    strictjson.Raw `json:"patternProperties"`
	Names       strictjson.Raw `json:"propertyNames"`
	Depends     strictjson.Raw `json:"dependencies"`
	MinMembers  strictjson.Raw `json:"minProperties"`
	MaxMembers  strictjson.Raw `json:"maxProperties"`
	Contains    strictjson.Raw `json:"contains"`
	More        strictjson.Raw `json:"additionalItems"`
}

// decodeSchema decodes one schema. A keyword of the wrong type is left out with
// a note; false means that there is no object at all.
func decodeSchema(raw strictjson.Raw, minor *faultlist.List) (schema, bool) {
	var s schema
	ok := decodeObject(raw, &s, minor)
	if !ok {
		return s, false
	}
	for _, k := range []struct {
		name string
		raw  strictjson.Raw
	}{
		{"$ref", s.Ref}, {"allOf", s.AllOf}, {"anyOf", s.AnyOf}, {"not", s.Not}, {"if", s.If},
		{"exclusiveMinimum", s.Above}, {"exclusiveMaximum", s.Below}, {"multipleOf", s.MultipleOf},
		{"uniqueItems", s.UniqueItems}, {"patternProperties", s.Patterns}, {"propertyNames", s.Names}, {"dependencies", s.Depends},
		{"minProperties", s.MinMembers}, {"maxProperties", s.MaxMembers}, {"contains", s.Contains}, {"additionalItems", s.More},
	} {
		if _, ok := number(k.raw); ok && strings.HasPrefix(k.name, "exclusive") && s.is("integer") {
			continue // becomes an inclusive one
		}
		if v := string(k.raw.Bytes); v != "" && v != "null" && v != "false" {
			minor.Note(raw, "/"+k.name, "%s cannot be expressed; left out", k.name)
		}
	}
	return s, true
}

// types returns the type's names without "null".
func (s *schema) types() []string {
	var names []string
	switch t := s.Type.(type) {
	case string:
		names = []string{t}
	case []any:
		for _, v := range t {
			if name, ok := v.(string); ok && name != "null" {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 && (s.Properties != nil || s.OneOf != nil) {
		return []string{"object"}
	}
	return names
}

func (s *schema) is(name string) bool {
	t := s.types()
	return len(t) == 1 && t[0] == name
}

// member is one property with its schema.
type member struct {
	name string
	raw  strictjson.Raw
	schema
}

// members decodes the properties in the order in which a form shows them: by
// "order", those without one last, else as listed.
func (s *schema) members(minor *faultlist.List) []member {
	out := make([]member, 0, len(s.Properties))
	for name, raw := range s.Properties {
		out = append(out, member{name: name, raw: raw})
	}
	// By offset first, so that notes come in the order of the document.
	slices.SortFunc(out, func(a, b member) int { return cmp.Compare(a.raw.Offset, b.raw.Offset) })
	kept := out[:0]
	for _, m := range out {
		var ok bool
		if m.schema, ok = decodeSchema(m.raw, minor); ok {
			kept = append(kept, m)
		}
	}
	slices.SortStableFunc(kept, func(a, b member) int { return cmp.Compare(a.order(), b.order()) })
	return kept
}

func (s *schema) order() float64 {
	if s.Order == nil {
		return math.Inf(1)
	}
	return *s.Order
}

// flag reads a boolean keyword. Anything but false and null means yes where
// doubt is to mean yes.
func flag(v any, doubt bool) (set, odd bool) {
	switch b := v.(type) {
	case nil:
		return false, false
	case bool:
		return b, false
	default:
		return doubt, true
	}
}
