package airbyte_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// flatten turns a configuration into values by parameter key. What belongs to no
// parameter keeps its own dotted key, and so does anything but an object where
// parameters lie inside one. texts are the keys of lists that are asked for as
// one secret text of JSON.
func flatten(params []auth.Param, texts map[string]bool, config object) object {
	leaf, inner := map[string]bool{}, map[string]bool{}
	for i := range params {
		key := params[i].Key
		leaf[key] = true
		for at, r := range key {
			if r == '.' {
				inner[key[:at]] = true
			}
		}
	}
	flat := object{}
	var walk func(prefix string, o object)
	walk = func(prefix string, o object) {
		for name, v := range o {
			key := prefix + name
			switch below, isObject := v.(object); {
			case isObject && inner[key]:
				walk(key+".", below)
			case texts[key] && leaf[key] && v != nil:
				raw, err := json.Marshal(v)
				if err != nil {
					panic(err)
				}
				flat[key] = string(raw)
			default:
				flat[key] = v
			}
		}
	}
	walk("", config)
	return flat
}

// nest is the way back. given are the objects that are there whatever they hold,
// outer ones first.
func nest(texts map[string]bool, given []string, flat object) object {
	config := object{}
	for _, key := range slices.Sorted(maps.Keys(flat)) { // what stands at a prefix comes before what is below it
		v := flat[key]
		if text, ok := v.(string); ok && texts[key] {
			var inside any
			if json.Unmarshal([]byte(text), &inside) == nil {
				v = inside
			}
		}
		put(config, key, v)
	}
	for _, path := range given {
		if _, taken := get(config, path); !taken {
			put(config, path, object{})
		}
	}
	return config
}

// put sets the value at a dotted path, unless something else is on the way.
func put(o object, path string, v any) {
	first, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		o[first] = v
		return
	}
	if _, taken := o[first]; !taken {
		o[first] = object{}
	}
	if below, ok := o[first].(object); ok {
		put(below, rest, v)
	}
}

// get returns the value at a dotted path, or what is on the way to it.
func get(o object, path string) (v any, taken bool) {
	first, rest, deeper := strings.Cut(path, ".")
	v, taken = o[first]
	if below, ok := v.(object); ok && deeper {
		return get(below, rest)
	}
	return v, taken
}

// withoutBlanks leaves out the values of parameters that count as none.
func withoutBlanks(params []auth.Param, flat object) object {
	out := maps.Clone(flat)
	for i := range params {
		if v, there := out[params[i].Key]; there && blank(v) {
			delete(out, params[i].Key)
		}
	}
	return out
}

func blank(v any) bool {
	l, isList := v.(list)
	return v == nil || v == "" || isList && len(l) == 0
}

// supplied adds what a form does not ask for: the default of a required
// parameter, and of hidden ones, inside objects that are there, the default or
// what the base document, a valid one, has.
func supplied(params []auth.Param, given []string, flat, base object) object {
	out := maps.Clone(flat)
	there := map[string]bool{"": true}
	for _, path := range given {
		there[path] = true
	}
	for key := range flat {
		for at, r := range key {
			if r == '.' {
				there[key[:at]] = true
			}
		}
	}
	for i := range params {
		p := &params[i]
		parent := p.Key[:max(0, strings.LastIndexByte(p.Key, '.'))]
		if _, has := out[p.Key]; has {
			continue
		}
		switch {
		case p.Role == auth.RoleRequired && !blank(p.Default):
			out[p.Key] = p.Default
		case p.Role == auth.RoleHidden && there[parent]:
			if v, ok := base[p.Key]; ok && p.Default == nil {
				out[p.Key] = v
			} else if p.Default != nil {
				out[p.Key] = p.Default
			}
		}
	}
	return out
}
