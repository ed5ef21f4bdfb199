package airbyte_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// differs marks a schema in an alternative that the feed said to differ from the
// same field of another.
const differs = "x-differs"

// weaken returns the specification without what the losses say is left out,
// and no weaker than they say.
func weaken(schema object, losses []loss) (object, error) {
	whole := object{"root": copied(schema)}
	for _, l := range losses {
		parent, last := whole, "root"
		for i, token := range l.at {
			if owner, ok := parent[last].(object); ok && token == "properties" && strings.Contains(l.reason, "is always chosen") {
				needed, _ := owner["required"].(list)
				owner["required"] = distinct(append(slices.Clip(needed), l.at[i+1]))
			}
			next, err := below(parent[last], token)
			if err != nil {
				return nil, fmt.Errorf("%v: %w", l, err)
			}
			parent, last = next.parent, next.key
		}
		if err := l.apply(parent, last); err != nil {
			return nil, fmt.Errorf("%v: %w", l, err)
		}
	}
	out, ok := whole["root"].(object)
	if !ok {
		return nil, fmt.Errorf("nothing is left of the schema")
	}
	return out, nil
}

// apply takes from parent[key] what the reason says.
func (l loss) apply(parent object, key string) error {
	s, _ := parent[key].(object)
	says := func(text string) bool { return strings.Contains(l.reason, text) }
	switch {
	case says("is always chosen"): // done on the way here
	case says("what belongs to which alternative"):
		return merge(parent)
	case says("shape of the items"): // parent is the list
		for k := range parent {
			delete(parent, k)
		}
	case says("as any JSON"), says("secret text of JSON"):
		parent[key] = object{}
	case says("value of a secret"):
		delete(s, "enum")
		delete(s, "const")
		delete(s, "default")
	case says("differs from the same field"):
		s[differs] = true
	case says("taken as text"):
		s["type"] = "string"
	case says("alternatives ask for"): // only where the object is given
		branches, _ := parent[key].(list)
		for _, b := range branches {
			delete(b.(object), "required")
		}
	case says("left out"), says("optional here"):
		if _, there := parent[key]; !there {
			return fmt.Errorf("there is no such keyword")
		}
		delete(parent, key)
	case says("airbyte_secret is no boolean"):
	default:
		return fmt.Errorf("this reason has no meaning here")
	}
	return nil
}

// spot is a value inside an object.
type spot struct {
	parent object
	key    string
}

// below finds a member of v. Members of a list stand in an object for it.
func below(v any, token string) (spot, error) {
	switch v := v.(type) {
	case object:
		return spot{v, token}, nil
	case list:
		if i, err := strconv.Atoi(token); err == nil && i < len(v) {
			return spot{object{token: v[i]}, token}, nil // the member is shared, so changes of it are seen
		}
	}
	return spot{}, fmt.Errorf("%q leads nowhere", token)
}

// structural reports whether an object's members become parameters of their own.
func structural(s object) bool {
	_, properties := s["properties"].(object)
	_, oneOf := s["oneOf"].(list)
	if some, ok := s["anyOf"].(list); ok { // as a reading has it
		first, ok := some[0].(object)
		oneOf = ok && structural(first)
	}
	if !properties && !oneOf {
		return false
	}
	switch t := s["type"].(type) {
	case nil:
		return true
	case string:
		return t == "object"
	case list:
		return len(t) == 2 && slices.Contains(t, any("object")) && slices.Contains(t, any("null"))
	default:
		return false
	}
}

// visit calls structure with every object of fields, alternatives included, and
// leaf with every field.
func visit(s object, path string, structure func(s object, path string), leaf func(s object, path string)) {
	if !structural(s) {
		leaf(s, path)
		return
	}
	structure(s, path)
	if properties, ok := s["properties"].(object); ok {
		for name, p := range properties {
			if p, ok := p.(object); ok {
				visit(p, strings.TrimPrefix(path+"."+name, "."), structure, leaf)
			}
		}
	}
	for _, b := range append(asList(s["oneOf"]), asList(s["anyOf"])...) {
		if b, ok := b.(object); ok {
			visit(b, path, structure, leaf)
		}
	}
}

// copied is a deep copy.
func copied[T any](v T) T {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out T
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(err)
	}
	return out
}
