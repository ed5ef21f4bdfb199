package airbytefeed

import (
	"reflect"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// maxAlternatives bounds the alternatives of one object.
const maxAlternatives = connector.MaxSchemes

// alternatives maps "oneOf". At the choice every alternative is a way to
// authenticate, with fields of its own. Anywhere else they become one set of
// fields: a constant that tells them apart becomes a list of values, and what is
// not in all of them is optional.
func (b *builder) alternatives(s *schema, at place) []field {
	isChoice := at.raw.Pointer == b.choice && b.choice != ""
	if len(s.OneOf) > maxAlternatives {
		b.lost.Note(at.raw, "/oneOf", "more than %d alternatives", maxAlternatives)
		return nil
	}
	if isChoice {
		if !at.given {
			b.minor.Note(at.raw, "", "may be left out, but here a way to authenticate is always chosen")
		}
		at.given = true // whoever chooses this way gives the object
	} else {
		at.alternative, at.branch = true, true
	}
	asks := false
	var (
		flat     []field
		branches [][]field
	)
	for _, raw := range s.OneOf {
		branch, ok := decodeSchema(raw, b.minor)
		if !ok {
			continue
		}
		asks = asks || len(branch.Required) > 0
		in := at
		in.raw, in.depth = raw, at.depth+1
		if isChoice {
			b.ways = append(b.ways, way{raw: raw, title: branch.Title, help: branch.Description})
			in.way = len(b.ways)
		}
		fields := b.object(&branch, in)
		flat = append(flat, fields...)
		branches = append(branches, fields)
	}
	if asks && !at.given {
		b.minor.Note(at.raw, "/oneOf", "what alternatives ask for is required only where the object is given: optional here")
	}
	if isChoice || len(branches) == 1 {
		return flat
	}
	return b.merge(branches, s.Default, at)
}

// merge makes one set of fields of the alternatives' fields. chosen is the
// value that the object's default names, if any.
func (b *builder) merge(branches [][]field, chosen any, at place) []field {
	var out []field
	uneven := false // what a field is depends on the alternative
	index, count := map[string]int{}, map[string]int{}
	for _, fields := range branches {
		for _, f := range fields {
			if i, seen := index[f.Key]; seen {
				uneven = uneven || (out[i].Role == auth.RoleRequired) != (f.Role == auth.RoleRequired)
				b.unite(&out[i], &f)
			} else {
				index[f.Key] = len(out)
				out = append(out, f)
			}
			count[f.Key]++
		}
	}
	choices := 0
	for i := range out {
		f := &out[i]
		everywhere := count[f.Key] >= len(branches)
		uneven = uneven || !everywhere
		if f.values != nil && (len(f.values) > 1 || !everywhere) {
			choices++
			f.pick(chosen)
			f.Role = auth.RoleOptional
			if at.given && f.required {
				f.Role = auth.RoleRequired
			}
		}
		if f.Role == auth.RoleRequired && !everywhere {
			f.Role = auth.RoleOptional
		}
		b.clean(f)
	}
	if uneven || choices > 1 {
		b.minor.Note(at.raw, "/oneOf", "what belongs to which alternative cannot be expressed: fields that not all of them have are optional")
	}
	return out
}

// pick makes a constant with several values a choice between them.
func (f *field) pick(chosen any) {
	f.Enum, f.Default = f.values, nil
	for _, v := range f.values {
		if reflect.DeepEqual(v, chosen) {
			f.Default = v
		}
	}
	f.values = nil
}

// unite takes the same field of another alternative into f. Only what both
// share is kept; a secret in one is a secret.
func (b *builder) unite(f, g *field) {
	f.required = f.required && g.required
	if f.Title == "" {
		f.Title = g.Title
	}
	if f.Help == "" {
		f.Help = g.Help
	}
	if f.values != nil && g.values != nil {
		f.values = union(f.values, g.values)
		return
	}
	if f.Role != g.Role || f.values != nil || g.values != nil { // also what is fixed in one of them only
		f.Role = auth.RoleOptional
	}
	if g.Secret && !f.Secret {
		b.seal(f, "is no text, but secret in another alternative")
	}
	same := f.values == nil && g.values == nil && f.Kind == g.Kind && f.Pattern == g.Pattern &&
		reflect.DeepEqual(f.Default, g.Default) && reflect.DeepEqual(f.Enum, g.Enum) &&
		reflect.DeepEqual(f.Min, g.Min) && reflect.DeepEqual(f.Max, g.Max)
	if same || f.Secret {
		return
	}
	b.minor.Note(g.raw, "", "differs from the same field of another alternative; only what they share is kept")
	if f.Kind != g.Kind {
		f.Kind = auth.KindJSON
	}
	if len(f.Enum) > 0 && len(g.Enum) > 0 {
		f.Enum = union(f.Enum, g.Enum)
	} else {
		f.Enum = nil
	}
	f.Pattern, f.Default, f.Min, f.Max, f.values = "", nil, nil, nil, nil
}

// union returns the values of both without repetition. Only scalars can be told
// apart; others are left out, and a clean field has none.
func union(a, b []any) []any {
	seen := make(map[any]bool, len(a)+len(b))
	var out []any
	for _, v := range append(slices.Clip(a), b...) {
		switch v.(type) {
		case string, float64, bool:
			if !seen[v] {
				seen[v] = true
				out = append(out, v)
			}
		}
	}
	return out
}
