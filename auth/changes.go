package auth

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Equal reports whether two schemes state the same. An explicit default and
// its absence are the same: kind "string" and none, empty quirks and none. A
// scheme that has no JSON, because a default in it has none, equals nothing.
func (s *Scheme) Equal(o *Scheme) bool {
	if s == nil || o == nil {
		return s == o
	}
	a, errA := json.Marshal(s.canonical())
	b, errB := json.Marshal(o.canonical())
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// Changes lists the fields that matter to whoever holds a connection and that
// differ in next, sorted, as paths such as "tokenURL", "scopes",
// "quirks/clientAuth", "params/region/pattern" or, for a parameter that only
// one of them has, "params/region". Parameters are known by their key, not
// their position; what is only shown (titles, help, order) and the order of
// scopes do not count. Empty means that next can take over (P19).
func (s *Scheme) Changes(next *Scheme) []string {
	if s == nil || next == nil {
		if s == next {
			return nil
		}
		return []string{""}
	}
	before, after := s.canonical(), next.canonical()
	changed := differ("", before.fields(), after.fields())
	changed = append(changed, differ("quirks/", members(before.Quirks), members(after.Quirks))...)
	old, now := paramsByKey(before.Params), paramsByKey(after.Params)
	for key := range union(old, now) {
		path := "params/" + key
		if p, q := old[key], now[key]; p == nil || q == nil {
			changed = append(changed, path)
		} else {
			changed = append(changed, differ(path+"/", p, q)...)
		}
	}
	slices.Sort(changed)
	return changed
}

// canonical returns a copy with defaults spelled in one way.
func (s *Scheme) canonical() *Scheme {
	c := *s
	c.Params = slices.Clone(s.Params)
	for i := range c.Params {
		p := &c.Params[i]
		p.Kind = p.kind()
		if p.Role == "" {
			p.Role = RoleOptional
		}
	}
	if s.Quirks != nil {
		q := s.Quirks.canonical()
		if reflect.ValueOf(*q).IsZero() {
			q = nil
		}
		c.Quirks = q
	}
	return &c
}

// canonical returns a copy with every default left out.
func (q *Quirks) canonical() *Quirks {
	c := *q
	drop(&c.ScopeSeparator, " ")
	drop(&c.ScopeParam, "scope")
	drop(&c.ClientAuth, ClientAuthBasic)
	drop(&c.Body, BodyForm)
	drop(&c.TokenPath, "access_token")
	drop(&c.ExpiryUnit, ExpirySeconds)
	if len(c.AuthorizeParams) == 0 {
		c.AuthorizeParams = nil
	}
	if len(c.TokenParams) == 0 {
		c.TokenParams = nil
	}
	if len(c.Resource) == 0 {
		c.Resource = nil
	}
	return &c
}

func drop[T ~string](field *T, standard T) {
	if *field == standard {
		*field = ""
	}
}

// fields returns what Changes compares beside quirks and parameters.
func (s *Scheme) fields() map[string]any {
	scopes := slices.Compact(slices.Sorted(slices.Values(s.Scopes)))
	fields := map[string]any{
		"id": s.ID, "type": s.Type, "in": s.In, "name": s.Name, "scopes": append([]string{}, scopes...),
	}
	for _, e := range s.endpoints() {
		fields[e.field] = e.url
	}
	return fields
}

// paramsByKey returns the members of each parameter that are not only shown.
func paramsByKey(params []Param) map[string]map[string]any {
	byKey := make(map[string]map[string]any, len(params))
	for _, p := range params {
		p.Title, p.Help, p.Order = "", "", 0
		byKey[p.Key] = members(&p)
	}
	return byKey
}

// members returns the JSON members of v, none for null. What has no JSON
// differs from everything: DeepEqual holds no two functions equal.
func members(v any) map[string]any {
	m := map[string]any{}
	raw, err := json.Marshal(v)
	if err != nil || json.Unmarshal(raw, &m) != nil {
		return map[string]any{"": func() {}}
	}
	return m
}

// differ lists the keys under which a and b do not hold the same.
func differ(prefix string, a, b map[string]any) []string {
	var keys []string
	for key := range union(a, b) {
		if !reflect.DeepEqual(a[key], b[key]) {
			keys = append(keys, strings.TrimSuffix(prefix+key, "/"))
		}
	}
	return keys
}

func union[V any](a, b map[string]V) map[string]bool {
	keys := make(map[string]bool, len(a)+len(b))
	for key := range a {
		keys[key] = true
	}
	for key := range b {
		keys[key] = true
	}
	return keys
}
