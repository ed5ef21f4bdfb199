package airbyte_test

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// form is one scheme as what it asks for.
type form struct {
	params  []auth.Param
	byKey   map[string]*auth.Param
	texts   map[string]bool               // keys of lists that are asked for as one secret text of JSON
	visible *jsonschema.Schema            // of SchemaOf
	hidden  map[string]*jsonschema.Schema // of JSONSchema, by key
	left    map[string]bool               // keys whose pattern JSONSchema leaves to Validate
	sample  object                        // a valid document of the scheme, flat: what a flow or a host supplies
}

func newForm(s *auth.Scheme, losses []loss) (*form, error) {
	f := &form{
		params: s.Params, byKey: map[string]*auth.Param{}, texts: map[string]bool{},
		hidden: map[string]*jsonschema.Schema{}, left: map[string]bool{},
	}
	for _, l := range losses {
		if strings.Contains(l.reason, "secret text of JSON") {
			f.texts[dotted(l.at)] = true
		}
	}
	var err error
	if f.visible, err = parsed(auth.SchemaOf(s.Params)); err != nil {
		return nil, err
	}
	for i := range s.Params {
		p := &s.Params[i]
		f.byKey[p.Key] = p
		raw := p.JSONSchema()
		f.left[p.Key] = p.Pattern != "" && !strings.Contains(string(raw), `"pattern"`)
		if p.Role != auth.RoleHidden {
			continue
		}
		if f.hidden[p.Key], err = parsed(raw); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func parsed(raw json.RawMessage) (*jsonschema.Schema, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	return compiled(v, jsonschema.Draft2020)
}

func (f *form) flatten(config object) object { return flatten(f.params, f.texts, config) }

// describes is the verdict of the JSON Schemas: of SchemaOf on what a form asks
// for, of JSONSchema on what is supplied otherwise.
func (f *form) describes(flat object) bool {
	asked := maps.Clone(flat)
	for key, s := range f.hidden {
		if v, there := flat[key]; there {
			delete(asked, key)
			if s.Validate(v) != nil {
				return false
			}
		}
	}
	return f.visible.Validate(asked) == nil
}

// excused reports whether the schema cannot know what Validate found: a pattern
// that JSON Schema writes differently, integers beyond 2^53-1, and of RFC 3339
// leap seconds and small letters.
func (f *form) excused(faults []auth.Fault, flat object) bool {
	for _, fault := range faults {
		p := f.byKey[fault.Field]
		switch {
		case p == nil:
			return false
		case f.left[p.Key] && strings.Contains(fault.Reason, "does not match the pattern"):
		case p.Kind == auth.KindInteger && fault.Reason == "is too large to be exact":
		case p.Kind == auth.KindDateTime && odd(flat[p.Key].(string)):
		default:
			return false
		}
	}
	return true
}

// odd reports whether a time of RFC 3339 is one that package time does not read.
func odd(s string) bool { return strings.ContainsAny(s, "tz") || strings.Contains(s, ":60") }

// unknown counts the keys that are no parameter's.
func (f *form) unknown(flat object) int {
	n := 0
	for key := range flat {
		if f.byKey[key] == nil {
			n++
		}
	}
	return n
}

// contradicts reports whether the document says by a constant that it is not of
// this scheme.
func (f *form) contradicts(flat object) bool {
	for key := range f.hidden {
		p := f.byKey[key]
		if v, there := flat[key]; there && !blank(v) && len(p.Enum) == 1 && v != p.Enum[0] {
			return true
		}
	}
	return false
}
