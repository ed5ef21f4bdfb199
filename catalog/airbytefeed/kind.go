package airbytefeed

import (
	"math"
	"slices"
	"strconv"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// kind fills in what depends on the type, and reports whether secrets lie
// somewhere inside a list.
func (b *builder) kind(f *field, m *member) (secretInside bool) {
	types := m.types()
	if len(types) == 0 {
		types = b.guess(m)
	}
	if len(types) > 1 {
		b.minor.Note(m.raw, "/type", "several types cannot be expressed; taken as any JSON")
		f.Kind, f.Pattern = auth.KindJSON, ""
		return false
	}
	switch types[0] {
	case "string":
		f.Kind, f.Min, f.Max = auth.KindString, m.MinLength, m.MaxLength
		// A pattern says more than a format, and a date has none.
		// A pattern or a list of values says more than a format, and a date has none.
		if m.Pattern == "" && len(m.Enum) == 0 && m.Const == nil {
			b.format(f, m)
		}
	case "integer", "number":
		f.Kind, f.Min, f.Max = auth.Kind(types[0]), m.Minimum, m.Maximum
		if m.is("integer") {
			f.above(&m.schema)
		}
	case "boolean":
		f.Kind = auth.KindBoolean
	case "array":
		return b.array(f, m)
	case "object":
		b.minor.Note(m.raw, "", "object without properties; taken as any JSON")
		f.Kind = auth.KindJSON
	default:
		b.minor.Note(m.raw, "/type", "type %q is unknown; taken as any JSON", clip(types[0]))
		f.Kind = auth.KindJSON
	}
	return false
}

// guess infers a type that is not stated from the values that are.
func (b *builder) guess(m *member) []string {
	values := append([]any{m.Const}, m.Enum...)
	for _, v := range append(values, m.Default) {
		switch v.(type) {
		case string:
			return []string{"string"}
		case float64:
			return []string{"number"}
		case bool:
			return []string{"boolean"}
		}
	}
	b.minor.Note(m.raw, "", "has no type; taken as text")
	return []string{"string"}
}

// array maps a list. Only lists of texts are more than any JSON.
func (b *builder) array(f *field, m *member) (secretInside bool) {
	f.Kind = auth.KindJSON
	if empty(m.Items) {
		b.minor.Note(m.raw, "", "list without a type of its items; taken as any JSON")
		return false
	}
	items, ok := decodeSchema(m.Items, b.minor)
	if !ok {
		return false
	}
	if holdsSecret(m.Items) {
		f.Pattern = ""
		return true
	}
	text := items.is("string")
	if !text && len(items.types()) == 0 && len(items.Enum) > 0 {
		text = len(b.guess(&member{raw: m.Items, schema: items})) == 1
	}
	if !text {
		f.Enum = nil
		b.minor.Note(m.Items, "", "shape of the items cannot be expressed; taken as any JSON")
		return false
	}
	f.Kind, f.Min, f.Max = auth.KindArray, m.MinItems, m.MaxItems
	f.Enum, f.Pattern = distinct(items.Enum), items.Pattern
	for _, k := range []struct {
		name string
		lost bool
	}{
		{"/enum", len(m.Enum) > 0}, {"/items/const", items.Const != nil},
		{"/items/minLength", items.MinLength != nil && *items.MinLength > 0}, {"/items/maxLength", items.MaxLength != nil},
		{"/items/format", items.Pattern == "" && len(items.Enum) == 0 && asserted(items.Format)},
	} {
		if k.lost {
			b.minor.Note(m.raw, k.name, "%s of a list cannot be expressed; left out", k.name[1:])
		}
	}
	return false
}

// format makes a date of a text, or notes that its format is not kept.
func (b *builder) format(f *field, m *member) {
	switch {
	case m.Format == "date", m.Format == "date-time":
		f.Kind = auth.Kind(m.Format)
		for _, k := range []struct {
			name  string
			bound **float64
		}{{"/minLength", &f.Min}, {"/maxLength", &f.Max}} {
			if *k.bound != nil {
				b.minor.Note(m.raw, k.name, "does not go with a %s; left out", m.Format)
				*k.bound = nil
			}
		}
	case asserted(m.Format):
		b.minor.Note(m.raw, "/format", "format %q cannot be expressed; left out", m.Format)
	}
}

// asserted reports whether a format is one that draft 7 defines, section 7.3.
// Any other is an annotation.
func asserted(format string) bool {
	switch format {
	case "date", "date-time", "time", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference",
		"iri", "iri-reference", "uri-template", "json-pointer", "relative-json-pointer", "regex":
		return true
	default:
		return false
	}
}

// above makes inclusive bounds of an integer's exclusive ones.
func (f *field) above(s *schema) {
	if n, ok := number(s.Above); ok && (f.Min == nil || math.Floor(n)+1 > *f.Min) {
		f.Min = new(math.Floor(n) + 1)
	}
	if n, ok := number(s.Below); ok && (f.Max == nil || math.Ceil(n)-1 < *f.Max) {
		f.Max = new(math.Ceil(n) - 1)
	}
}

// number reads a keyword that is a number in draft 7, but was none before.
func number(raw strictjson.Raw) (float64, bool) {
	n, err := strconv.ParseFloat(string(raw.Bytes), 64)
	return n, err == nil
}

// holdsSecret reports whether a schema marks anything as secret, however deep.
func holdsSecret(raw strictjson.Raw) bool {
	var v any
	strictjson.DecodeRaw(raw, &v, lenient())
	return anySecret(v)
}

func anySecret(v any) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, anySecret)
	case map[string]any:
		if set, _ := flag(v["airbyte_secret"], true); set {
			return true
		}
		for _, e := range v {
			if anySecret(e) {
				return true
			}
		}
	}
	return false
}
