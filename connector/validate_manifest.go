package connector

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/patchbay/patchbay/auth"
)

// Bounds of a Manifest.
const (
	MaxSchemes    = 64
	MaxActivities = 10_000
	MaxTriggers   = 10_000
	MaxHosts      = 1024
)

// Validate returns everything that is wrong with the manifest, in the order of the
// fields, or nil. Pointers are relative to the manifest.
func (m *Manifest) Validate() []Fault {
	var check checker
	check.manifest(m)
	return check.faults()
}

func (c *checker) manifest(m *Manifest) {
	c.add("key", keyReason(string(m.Key)))
	c.add("version", versionReason(m.Version))
	c.schemes(m.Auth)
	checkList(c, "activities", m.Activities, MaxActivities, func(a *Activity) string { return a.Name }, c.activity)
	checkList(c, "triggers", m.Triggers, MaxTriggers, func(t *TriggerType) string { return t.Name }, c.trigger)
	c.hosts(m.Hosts)
	c.names("buildTargets", m.BuildTargets)
	c.optional("docsURL", m.DocsURL, absoluteReason)
	c.optional("probe", m.Probe, probeReason)
}

func (c *checker) schemes(list []auth.Scheme) {
	checkList(c, "auth", list, MaxSchemes, func(s *auth.Scheme) string { return s.ID }, func(s *auth.Scheme) {
		c.auth("", s.Validate())
	})
}

// checkList checks every entry of a list whose entries are known by name.
func checkList[T any](c *checker, field string, list []T, most int, name func(*T) string, check func(*T)) {
	if len(list) > most {
		c.add(field, tooMany(len(list), most))
		return
	}
	var first map[string]int
	if len(list) > 1 {
		first = make(map[string]int, len(list))
	}
	for i := range list {
		c.enter(field, i)
		check(&list[i])
		id := name(&list[i])
		if at, twice := first[id]; twice && id != "" {
			c.add("", fmt.Sprintf("%s is stated by entry %d already", quote(id), at))
		} else if first != nil {
			first[id] = i
		}
		c.leave()
	}
}

func (c *checker) activity(a *Activity) {
	c.title("name", a.Name)
	c.text("title", a.Title, maxName)
	c.text("description", a.Description, maxLongText)
	c.text("object", a.Object, maxName)
	c.text("operation", a.Operation, maxName)
	c.schema("input", a.Input)
	c.schema("output", a.Output)
}

func (c *checker) trigger(t *TriggerType) {
	c.title("name", t.Name)
	c.text("title", t.Title, maxName)
	c.text("event", t.Event, maxName)
	c.text("object", t.Object, maxName)
	if t.Mode != Polling && t.Mode != Webhook {
		c.add("mode", fmt.Sprintf("it is %s, want %q or %q", quote(string(t.Mode)), Polling, Webhook))
	}
	c.auth("params", auth.ValidateParams(t.Params))
}

// schema checks that a value can be a JSON Schema: an object or a boolean (JSON
// Schema 2020-12 core, section 4.3).
func (c *checker) schema(field string, raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	if !c.parsed && !json.Valid(raw) {
		c.add(field, "it is no JSON")
		return
	}
	switch bytes.TrimLeft(raw, " \t\r\n")[0] {
	case '{', 't', 'f':
	default:
		c.add(field, "a JSON Schema is an object or a boolean")
	}
}

func (c *checker) hosts(list []string) {
	if len(list) > MaxHosts {
		c.add("hosts", tooMany(len(list), MaxHosts))
		return
	}
	first := make(map[string]int, len(list))
	for i, h := range list {
		at := "hosts/" + strconv.Itoa(i)
		c.add(at, hostReason(h))
		if j, twice := first[hostOrigin(h)]; twice {
			c.add(at, fmt.Sprintf("it is the same as entry %d", j))
			continue
		}
		first[hostOrigin(h)] = i
	}
}
