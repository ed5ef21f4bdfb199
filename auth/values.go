package auth

import (
	"cmp"
	"maps"
	"slices"
)

// Validate measures values, by parameter key, against their declarations and
// returns everything that is wrong, in the order of params and then of unknown
// keys, or nil. Field is the key. No reason contains a value.
//
// A value is what encoding/json decodes into an any, with or without
// json.Number: string, bool, number of any Go type, []any or []string, and for
// KindJSON anything that encodes to at most MaxValueBytes, json.RawMessage
// included. A secret is a Secret or a string. Nil, the empty string and the
// empty list count as no value; they are faults only for a RoleRequired
// parameter without a default. A key that params does not have is a fault,
// and so is every value of a parameter whose declaration is invalid.
//
// Hidden parameters are measured like the others. To refuse them as input of
// a user, pass Visible(params).
func Validate(params []Param, values map[string]any) []Fault {
	var f faults
	known := make(map[string]bool, len(params))
	for i := range params {
		p := &params[i]
		known[p.Key] = true
		for _, reason := range p.judge(values[p.Key]) {
			f.add(p.Key, reason)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		switch {
		case known[key]:
		case len(key) > MaxKeyBytes || !printable(key, ""):
			f.add("", "has a key that is not a parameter's") // not fit to be shown
		default:
			f.add(key, "is not a parameter here")
		}
	}
	return f
}

// judge returns everything that is wrong with the value of p.
func (p *Param) judge(v any) []string {
	if s, ok := v.(Secret); ok {
		if !p.Secret && !s.IsZero() {
			return []string{"must not be a secret"} // it would be stored in the open
		}
		v = s.Reveal()
	}
	if blank(v) {
		if p.Role == RoleRequired && blank(p.Default) {
			return []string{"is required"}
		}
		return nil
	}
	if len(p.Validate()) > 0 {
		return []string{"cannot be checked: its declaration is invalid"}
	}
	c, _ := p.compile() // Validate found nothing
	c.allow()
	return c.check(v)
}

// blank reports whether v is no value at all.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case []string:
		return len(v) == 0
	default:
		return false
	}
}

// WithDefaults returns values with the defaults of those params that have no
// value. values is not changed and may be nil.
func WithDefaults(params []Param, values map[string]any) map[string]any {
	filled := make(map[string]any, max(len(values), len(params)))
	maps.Copy(filled, values)
	for i := range params {
		p := &params[i]
		if !blank(p.Default) && blank(filled[p.Key]) {
			filled[p.Key] = p.Default
		}
	}
	return filled
}

// Visible returns the params that a form asks for, in the order in which it
// shows them. params is not changed.
func Visible(params []Param) []Param {
	visible := make([]Param, 0, len(params))
	for i := range params {
		if params[i].Role != RoleHidden {
			visible = append(visible, params[i])
		}
	}
	slices.SortStableFunc(visible, func(a, b Param) int { return cmp.Compare(a.Order, b.Order) })
	return visible
}
