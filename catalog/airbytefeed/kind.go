package airbytefeed

import (
	"slices"

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
		if m.Pattern == "" && (m.Format == "date" || m.Format == "date-time") {
			f.Kind, f.Min, f.Max = auth.Kind(m.Format), nil, nil
		}
	case "integer", "number":
		f.Kind, f.Min, f.Max = auth.Kind(types[0]), m.Minimum, m.Maximum
	case "boolean":
		f.Kind = auth.KindBoolean
	case "array":
		return b.array(f, m)
	case "object":
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
	if len(items.Enum) > 0 {
		f.Enum = items.Enum
	}
	if items.Pattern != "" {
		f.Pattern = items.Pattern
	}
	return false
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
