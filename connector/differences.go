package connector

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// Equal reports whether two manifests state the same. The order of schemes,
// activities, triggers, hosts and build targets does not matter, nor do white
// space and the order of members in JSON Schemas, nor whether a default is spelled
// out.
func (m *Manifest) Equal(other *Manifest) bool { return len(m.Differences(other)) == 0 }

// Differences says in which respects two manifests do not state the same (P18),
// in the order of the fields, each on one line that begins with where:
// "version: "1.0.0" and "1.0.1"", "auth/oauth2: tokenURL", "activities/send:
// only in the second". It is empty when they are Equal; two nil manifests are.
func (m *Manifest) Differences(other *Manifest) []string {
	if m == nil || other == nil {
		if m == other {
			return nil
		}
		return []string{"manifest: " + onlyIn(m != nil)}
	}
	var d differ
	d.text("key", string(m.Key), string(other.Key))
	d.text("version", m.Version, other.Version)
	d.schemes(m, other)
	d.activities(m, other)
	d.triggers(m, other)
	d.set("hosts", m.Hosts, other.Hosts)
	d.set("buildTargets", m.BuildTargets, other.BuildTargets)
	d.text("docsURL", m.DocsURL, other.DocsURL)
	d.text("probe", m.Probe, other.Probe)
	return d.lines
}

// differ collects differences.
type differ struct{ lines []string }

func onlyIn(first bool) string {
	if first {
		return "only in the first"
	}
	return "only in the second"
}

func (d *differ) add(at, what string) { d.lines = append(d.lines, at+": "+what) }

func (d *differ) text(at, a, b string) {
	if a != b {
		d.add(at, quote(a)+" and "+quote(b))
	}
}

// set compares lists as sets.
func (d *differ) set(at string, a, b []string) {
	x, y := toSet(a), toSet(b)
	for _, s := range union(x, y) {
		if x[s] != y[s] {
			d.add(at, quote(s)+" "+onlyIn(x[s]))
		}
	}
}

func toSet(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}

// union returns the keys of both maps, sorted.
func union[V any](a, b map[string]V) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

func (d *differ) schemes(m, other *Manifest) {
	a, b := schemes(m), schemes(other)
	if len(a) != len(m.Auth) || len(b) != len(other.Auth) {
		d.add("auth", "an id is stated twice")
	}
	for _, id := range union(a, b) {
		s, t := a[id], b[id]
		switch {
		case s == nil || t == nil:
			d.add("auth/"+id, onlyIn(s != nil))
		case !s.Equal(t):
			what := strings.Join(s.Changes(t), ", ")
			if what == "" {
				what = "texts or order"
			}
			d.add("auth/"+id, what)
		}
	}
}

func (d *differ) activities(m, other *Manifest) {
	byName(d, "activities", m.Activities, other.Activities, func(a *Activity) string { return a.Name })
}

func (d *differ) triggers(m, other *Manifest) {
	byName(d, "triggers", m.Triggers, other.Triggers, func(t *TriggerType) string { return t.Name })
}

// byName compares lists whose entries are known by name.
func byName[T any](d *differ, at string, first, second []T, name func(*T) string) {
	a, b := named(first, name), named(second, name)
	if len(a) != len(first) || len(b) != len(second) {
		d.add(at, "a name is stated twice")
	}
	for _, id := range union(a, b) {
		s, t := a[id], b[id]
		if s == nil || t == nil {
			d.add(at+"/"+id, onlyIn(s != nil))
		} else if fields := fieldsDiffer(reflect.ValueOf(s).Elem(), reflect.ValueOf(t).Elem()); len(fields) > 0 {
			d.add(at+"/"+id, strings.Join(fields, ", "))
		}
	}
}

// named indexes a list by name; of two with one name the last is found.
func named[T any](list []T, name func(*T) string) map[string]*T {
	byName := make(map[string]*T, len(list))
	for i := range list {
		byName[name(&list[i])] = &list[i]
	}
	return byName
}

// fieldsDiffer lists, by their JSON names, the fields of two structs of one type
// that do not state the same.
func fieldsDiffer(a, b reflect.Value) []string {
	var names []string
	for i := range a.NumField() {
		var same bool
		switch x := a.Field(i).Interface().(type) {
		case json.RawMessage:
			y, ok := reflect.TypeAssert[json.RawMessage](b.Field(i))
			same = ok && sameJSON(x, y)
		case []auth.Param: // a scheme knows which of them are equal
			y, ok := reflect.TypeAssert[[]auth.Param](b.Field(i))
			same = ok && (&auth.Scheme{Params: x}).Equal(&auth.Scheme{Params: y})
		default:
			same = reflect.DeepEqual(x, b.Field(i).Interface())
		}
		if !same {
			name, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}
