package airbyte_test

import (
	"maps"
	"slices"
	"strings"
)

func sorted(o object) []string { return slices.Sorted(maps.Keys(o)) }

// mutation is a document with one thing changed.
type mutation struct {
	what string // for messages
	doc  object
}

// mutations returns the document with everything changed once, at every place
// that the schema knows.
func (g *generator) mutations(schema, doc object) []mutation {
	var out []mutation
	var walk func(s object, at []string, v any)
	walk = func(s object, at []string, v any) {
		if len(at) > 0 {
			for _, other := range g.others(s, v) {
				out = append(out, change("replaced", doc, at, func(o object, key string) { o[key] = other }))
			}
			out = append(out, change("left out", doc, at, func(o object, key string) { delete(o, key) }))
		}
		o, isObject := v.(object)
		if !isObject || !structural(s) {
			return
		}
		here := append(slices.Clip(at), "an extra member")
		out = append(out, change("added", doc, here, func(o object, key string) { o[key] = "x" }))
		for _, b := range branches(s) {
			properties := propertiesOf(b)
			for _, name := range sorted(properties) {
				inside, known := properties[name].(object)
				at := append(slices.Clip(at), name)
				if v, there := o[name]; there && known {
					if belongs(b, o) {
						walk(inside, at, v)
					}
				} else if known { // what it could have, of any alternative
					v := g.value(inside)
					out = append(out, change("added", doc, at, func(o object, key string) { o[key] = v }))
				}
			}
		}
		if all, ok := s["oneOf"].(list); ok && len(at) > 0 {
			for i := range all {
				other := (&generator{g.Rand, i, g.full}).object(s)
				out = append(out, change("other alternative", doc, at, func(o object, key string) { o[key] = other }))
			}
		}
	}
	walk(schema, nil, doc)
	return out
}

// belongs reports whether no constant of an alternative says that o is another.
func belongs(b, o object) bool {
	for name, p := range propertiesOf(b) {
		p, _ := p.(object)
		want, fixed := p["const"]
		if all, ok := p["enum"].(list); ok && len(all) == 1 {
			want, fixed = all[0], true
		}
		if v, there := o[name]; fixed && there && v != want {
			return false
		}
	}
	return true
}

// change applies do to a copy of the document.
func change(what string, doc object, at []string, do func(o object, key string)) mutation {
	m := mutation{what + " at " + strings.Join(at, "."), copied(doc)}
	o := m.doc
	for _, name := range at[:len(at)-1] {
		o = o[name].(object)
	}
	do(o, at[len(at)-1])
	return m
}

// others are values beside v: of other types, of no content, and just inside
// and outside every bound.
func (g *generator) others(s object, v any) list {
	out := list{nil, "", "no such value", true, false, 0.0, -1.0, 1.5, 1e30, list{}, list{""}, list{"x"}, list{1.0}, list{nil}, object{}, object{"x": "y"}}
	for _, bound := range []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} {
		if n, ok := s[bound].(float64); ok {
			out = append(out, n-1, n, n+1)
		}
	}
	switch v := v.(type) {
	case string:
		out = append(out, v+"!", " "+v, strings.ToLower(v), strings.ToUpper(v), v[:len(v)/2], strings.Repeat("ä", 300), g.text(s), v+"\n",
			"2020-13-45", "2020-02-29", "2020-02-30", "2020-2-1", "2021-03-04T05:06:07Z", "2021-03-04T05:06:07.123456Z", "2021-03-04t05:06:07z",
			"2016-12-31T23:59:60Z", "2021-03-04T05:06:07,5Z", "2021-03-04T5:06:07Z", "2021-03-04T05:06:07+24:00", "2021-03-04T05:06:07+01:30", "2021-03-04 05:06:07Z")
		out = append(out, asList(s["enum"])...)
	case float64:
		out = append(out, v+1, -v, v+0.5, float64(1<<53-1), float64(1<<53))
	case list:
		items, _ := s["items"].(object)
		var many list
		for range 12 {
			many = append(many, g.value(items))
		}
		out = append(out, many, append(slices.Clip(v), v...), append(slices.Clip(v), true), append(slices.Clip(v), "no such item"))
	}
	return out
}
