package auth

import (
	"encoding/json"
	"strconv"
	"strings"
)

// jsonObject is a JSON object whose members are not decoded yet.
type jsonObject map[string]json.RawMessage

// is reports whether a value starts with a byte, which tells its kind.
func (m jsonObject) is(name string, first byte) bool {
	raw := m[name]
	return len(raw) > 0 && raw[0] == first
}

// has reports whether there is a value other than null and "".
func (m jsonObject) has(name string) bool {
	raw := string(m[name])
	return raw != "" && raw != "null" && raw != `""`
}

// text returns a string, or "" for everything else.
func (m jsonObject) text(name string) string {
	var s string
	if !m.is(name, '"') || json.Unmarshal(m[name], &s) != nil {
		return ""
	}
	return s
}

// scalar returns a string, number or boolean as text, or "".
func (m jsonObject) scalar(name string) string {
	switch raw := m[name]; {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || raw[0] == 'n':
		return ""
	case raw[0] == '"':
		return m.text(name)
	default:
		return string(raw)
	}
}

// object returns an object, or nil.
func (m jsonObject) object(name string) jsonObject {
	var o jsonObject
	if !m.is(name, '{') || json.Unmarshal(m[name], &o) != nil {
		return nil
	}
	return o
}

// descend follows all but the last step of a dotted path and returns the object
// there, or nil, and the last step. A step into an array is a number.
func (m jsonObject) descend(path string) (at jsonObject, last string) {
	steps := strings.Split(path, ".")
	at = m
	for _, step := range steps[:len(steps)-1] {
		if at.is(step, '[') {
			at = elements(at[step])
			continue
		}
		at = at.object(step)
	}
	return at, steps[len(steps)-1]
}

// elements returns an array as an object by index.
func elements(raw json.RawMessage) jsonObject {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	m := make(jsonObject, len(list))
	for i, item := range list {
		m[strconv.Itoa(i)] = item
	}
	return m
}
