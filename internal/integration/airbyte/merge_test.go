package airbyte_test

import (
	"fmt"
	"maps"
	"slices"
)

// merge replaces the alternatives of s by one set of properties.
func merge(s object) error {
	one, err := united(branches(s))
	if err != nil {
		return err
	}
	delete(s, "oneOf")
	maps.Copy(s, one)
	return nil
}

// branches returns the alternatives of an object together with its own
// properties, or the object itself.
func branches(s object) []object {
	all, ok := s["oneOf"].(list)
	if !ok {
		return []object{s}
	}
	var out []object
	for _, b := range all {
		branch := b.(object)
		if own, ok := s["properties"].(object); ok {
			joined := copied(branch)
			maps.Copy(propertiesOf(joined), own)
			needed, _ := joined["required"].(list)
			more, _ := s["required"].(list)
			joined["required"] = distinct(append(slices.Clip(needed), more...))
			branch = joined
		}
		out = append(out, branch)
	}
	return out
}

// propertiesOf returns the properties of an object, which has some from then on.
func propertiesOf(s object) object {
	if o, ok := s["properties"].(object); ok {
		return o
	}
	o := object{}
	s["properties"] = o
	return o
}

// united is an object with the properties of all; each may be what it is in any
// of them, and required is what all of them require.
func united(all []object) (object, error) {
	variants := map[string][]object{}
	needed := map[string]int{}
	for _, s := range all {
		for name, p := range propertiesOf(s) {
			variants[name] = append(variants[name], p.(object))
		}
		required, _ := s["required"].(list)
		for _, name := range required {
			needed[name.(string)]++
		}
	}
	properties, required := object{}, list{}
	for name, vs := range variants {
		one, err := variant(vs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		properties[name] = one
		if needed[name] == len(all) {
			required = append(required, name)
		} else if structural(one) {
			loosen(one)
		}
	}
	return object{"type": "object", "properties": properties, "required": required}, nil
}

// loosen makes everything in an object optional.
func loosen(s object) {
	visit(s, "", func(s object, _ string) { delete(s, "required") }, func(object, string) {})
}

// variant is what allows every one of some schemas.
func variant(vs []object) (object, error) {
	var parts []object
	weak := false
	types := map[string]bool{}
	var leaves list
	for _, v := range vs {
		if structural(v) {
			parts = append(parts, branches(v)...)
			continue
		}
		weak = weak || v[differs] != nil
		types[fmt.Sprint(v["type"])] = true
		leaves = append(leaves, v)
	}
	switch {
	case len(parts) > 0 && len(leaves) > 0: // fields and a field of one name
		one, err := united(parts)
		loosen(one)
		readAs(one, closed)
		return object{"anyOf": append(leaves, one)}, err
	case len(parts) > 0:
		return united(parts)
	case weak && len(types) == 1 && vs[0]["type"] != nil:
		one := object{"type": vs[0]["type"]}
		var allowed list
		for _, v := range vs {
			values, ok := v["enum"].(list)
			if fixed, is := v["const"]; is {
				values, ok = list{fixed}, true
			}
			if !ok {
				return one, nil
			}
			for _, value := range values {
				if !slices.Contains(allowed, value) {
					allowed = append(allowed, value)
				}
			}
		}
		one["enum"] = allowed
		return one, nil
	case weak:
		return object{}, nil
	case len(leaves) == 1:
		return vs[0], nil
	default:
		return object{"anyOf": leaves}, nil
	}
}
