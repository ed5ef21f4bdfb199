package airbytefeed

import (
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// field is one parameter on its way from the specification to a scheme.
type field struct {
	auth.Param
	raw         strictjson.Raw // its schema
	way         int            // the way to authenticate it belongs to, from 1; 0: to all
	required    bool           // by its object, if that is given
	alternative bool           // one of several alternatives that are no ways to authenticate
	values      []any          // of a constant: all it can be
}

// place is where in the specification the builder is.
type place struct {
	raw            strictjson.Raw
	path           string // dotted key; empty at the root
	depth          int
	way            int
	given          bool // required all the way from the root
	alternative    bool
	branch         bool // itself an alternative, whose object tells what is required
	secret, hidden bool
}

// below returns the place of a property.
func (at place) below(m *member, required bool) place {
	at.raw, at.path = m.raw, join(at.path, m.name)
	at.given = at.given && required
	at.depth++
	at.branch = false
	return at
}

// object maps an object's properties to fields with dotted keys.
func (b *builder) object(s *schema, at place) []field {
	if at.depth > maxNesting {
		b.minor.Note(at.raw, "", "nested deeper than %d objects; left out", maxNesting)
		return nil
	}
	var fields []field
	needed := make(map[string]bool, len(s.Required))
	for _, name := range s.Required {
		needed[name] = true
	}
	for _, m := range s.members(b.minor) {
		required := needed[m.name]
		in := at.below(&m, required)
		in.secret = b.flag(&m, "airbyte_secret", m.Secret, true) || at.secret
		in.hidden = b.flag(&m, "airbyte_hidden", m.Hidden, false) || at.hidden
		if m.is("object") && (len(m.Properties) > 0 || m.OneOf != nil) {
			fields = append(fields, b.object(&m.schema, in)...)
			continue
		}
		if f, ok := b.field(&m, in); ok {
			f.required = required
			fields = append(fields, f)
		}
	}
	for _, name := range s.Required {
		if _, there := s.Properties[name]; !there {
			b.minor.Note(at.raw, "/required", "%s is required but described nowhere; left out", clip(name))
		}
	}
	if !at.given && !at.branch && len(s.Required) > 0 {
		b.minor.Note(at.raw, "/required", "%s required only where the object is given: optional here", sentence(s.Required))
	}
	if s.OneOf != nil {
		fields = append(fields, b.alternatives(s, at)...)
	}
	return fields
}

// sentence names some members in a sentence.
func sentence(names []string) string {
	const most = 5
	verb := " are"
	if len(names) == 1 {
		verb = " is"
	}
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return clip(strings.Join(names, ", ")) + verb
}

func (b *builder) flag(m *member, name string, v any, doubt bool) bool {
	set, odd := flag(v, doubt)
	if odd {
		b.minor.Note(m.raw, "/"+name, "%s is no boolean; taken as %t", name, set)
	}
	return set
}

// field maps one property that is no object of others.
func (b *builder) field(m *member, at place) (field, bool) {
	f := field{
		raw: m.raw, way: at.way, alternative: at.alternative,
		Param: auth.Param{
			Key: at.path, Title: m.Title, Help: m.Description,
			Default: m.Default, Enum: distinct(m.Enum), Pattern: m.Pattern, Role: auth.RoleOptional,
		},
	}
	if m.Const == nil && len(m.Enum) == 1 && (at.alternative || at.way > 0) {
		m.Const = m.Enum[0] // the older way to tell alternatives apart
	}
	switch {
	case m.Const != nil:
		f.Default, f.Enum, f.Role = m.Const, nil, auth.RoleHidden
		f.values = []any{m.Const}
	case at.hidden:
		f.Role = auth.RoleHidden
	case at.given:
		f.Role = auth.RoleRequired
	}
	holds := b.kind(&f, m)
	switch {
	case at.secret:
		b.seal(&f, "is no text, but secret")
	case holds:
		b.seal(&f, "has secrets inside a list")
	}
	if !b.clean(&f) {
		return f, false
	}
	if f.values != nil && f.listable() {
		f.Enum = slices.Clone(f.values)
	}
	return f, true
}

// listable reports whether the kind can have a list of values.
func (f *field) listable() bool {
	return f.Kind == auth.KindString || f.Kind == auth.KindInteger || f.Kind == auth.KindNumber
}

// distinct leaves out what is listed twice, and null, which is no value.
func distinct(values []any) []any {
	seen := make(map[any]bool, len(values))
	var out []any
	for _, v := range values {
		switch v.(type) {
		case nil:
			continue
		case string, float64, bool:
			if seen[v] {
				continue
			}
			seen[v] = true
		}
		out = append(out, v)
	}
	return out
}

// seal makes f a secret. A secret has no default and no list of values: what a
// registry shows to everybody is no secret. what is said of anything but a text.
func (b *builder) seal(f *field, what string) {
	if f.Default != nil || len(f.Enum) > 0 {
		b.minor.Note(f.raw, "", "value of a secret is not kept")
	}
	if f.values != nil {
		f.Role = auth.RoleOptional // nothing supplies a hidden one now
	}
	switch f.Kind {
	case auth.KindString:
	case auth.KindDate, auth.KindDateTime:
		b.minor.Note(f.raw, "/format", "format of a secret is not kept")
	default:
		b.minor.Note(f.raw, "", "%s: asked for as one secret text of JSON", what)
		f.Pattern, f.Min, f.Max = "", nil, nil
	}
	f.Secret, f.Kind, f.Default, f.Enum, f.values = true, auth.KindString, nil, nil, nil
}

// clean takes from f what a parameter must not have, each with a note. False
// means that nothing can be made of it.
func (b *builder) clean(f *field) bool {
	for {
		faults := f.Validate()
		if len(faults) == 0 {
			return true
		}
		for _, fault := range faults {
			part, _, _ := strings.Cut(fault.Field, "/")
			keyword, ok := f.drop(part)
			if !ok {
				b.minor.Note(f.raw, "", "cannot be asked for: its %s %s; left out", part, fault.Reason)
				return false
			}
			b.minor.Note(f.raw, keyword, "%s %s; left out", part, fault.Reason)
		}
	}
}

// items leads from a list to where it says what its items are.
func (f *field) items() string {
	if f.Kind == auth.KindArray {
		return "/items"
	}
	return ""
}

// drop removes a part of the parameter and returns the keyword it came from.
func (f *field) drop(part string) (keyword string, ok bool) {
	switch part {
	case "title":
		f.Title, keyword = "", "/title"
	case "help":
		f.Help, keyword = "", "/description"
	case "pattern":
		f.Pattern, keyword = "", f.items()+"/pattern"
	case "enum":
		f.Enum, keyword = nil, f.items()+"/enum"
	case "min":
		f.Min = nil
	case "max":
		f.Max = nil
	case "default":
		keyword = "/default"
		if f.values != nil {
			keyword = "/const"
		}
		f.Default, f.values = nil, nil
	default:
		return "", false
	}
	return keyword, true
}
