package airbyte_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The readings of a specification, each with all before it.
const (
	asWritten   = iota // draft 7, formats asserted
	withLosses         // without what the feed says it could not express
	overlapping        // a document may fit several alternatives
	closed             // no properties but the stated ones
	noted              // a format beside a pattern is an annotation
	exact              // integers within ±(2^53-1), no leap seconds, 'T' and 'Z' in capitals
	readings
)

// last is the reading that the parameters are held to.
const last = exact

// reference is the original specification, read more and more as the
// parameters do.
type reference struct {
	source  [readings]object
	schemas [readings]*jsonschema.Schema // compiled when needed
	given   []string                     // objects that are required all the way
}

func newReference(s *spec) (*reference, error) {
	r := &reference{}
	as := copied(s.schema)
	delete(as, "$schema") // all are of draft 7
	repair(as)
	r.source[asWritten] = as
	weak, err := weaken(as, s.losses)
	if err != nil {
		return nil, err
	}
	r.source[withLosses] = weak
	for reading := withLosses + 1; reading < readings; reading++ {
		next := copied(r.source[reading-1])
		readAs(next, reading)
		r.source[reading] = next
	}
	r.given = givenObjects(r.source[withLosses], "")
	return r, nil
}

// repair makes a schema of what is none, by draft 7: what must be distinct in
// "required" and "enum" is, and examples, which may be anything, are gone.
func repair(v any) {
	switch v := v.(type) {
	case list:
		for _, e := range v {
			repair(e)
		}
	case object:
		for _, name := range []string{"required", "enum"} {
			if all, ok := v[name].(list); ok {
				v[name] = distinct(all)
			}
		}
		if _, ok := v["examples"].(object); !ok { // else it is a property of that name
			delete(v, "examples")
		}
		for _, e := range v {
			repair(e)
		}
	}
}

func distinct(all list) list {
	out := list{}
	for _, v := range all {
		if !slices.ContainsFunc(out, func(w any) bool { return reflect.DeepEqual(v, w) }) {
			out = append(out, v)
		}
	}
	return out
}

// readAs changes a schema that is read as all readings before.
func readAs(s object, reading int) {
	visit(s, "", func(s object, _ string) {
		switch {
		case reading == closed && s["oneOf"] == nil && s["anyOf"] == nil:
			s["additionalProperties"] = false
		case reading == overlapping && s["oneOf"] != nil:
			s["anyOf"] = s["oneOf"]
			delete(s, "oneOf")
		}
	}, func(s object, _ string) {
		switch reading {
		case noted:
			annotate(s)
		case exact:
			narrow(s)
		}
	})
}

// annotate drops a format beside a pattern, and so in what a leaf consists of.
func annotate(s object) {
	if s["pattern"] != nil {
		delete(s, "format")
	}
	parts(s, annotate)
}

func narrow(s object) {
	const most = 1<<53 - 1
	if s["type"] == "integer" {
		if low, ok := s["minimum"].(float64); !ok || low < -most {
			s["minimum"] = -most
		}
		if high, ok := s["maximum"].(float64); !ok || high > most {
			s["maximum"] = most
		}
	}
	if s["format"] == "date-time" {
		s["format"] = "strict-date-time"
	}
	parts(s, narrow)
}

// parts calls do with the schemas of a leaf's values and items.
func parts(s object, do func(object)) {
	all := append(slices.Clip(asList(s["anyOf"])), s["items"])
	for _, v := range asObject(s["properties"]) {
		all = append(all, v)
	}
	for _, v := range all {
		if o, ok := v.(object); ok {
			do(o)
		}
	}
}

// givenObjects lists the objects with fields that are required all the way.
func givenObjects(s object, path string) []string {
	var out []string
	required, _ := s["required"].(list)
	properties, _ := s["properties"].(object)
	for _, name := range required {
		p, ok := properties[name.(string)].(object)
		if !ok || !structural(p) {
			continue
		}
		key := name.(string)
		if path != "" {
			key = path + "." + key
		}
		out = append(append(out, key), givenObjects(p, key)...)
	}
	sort.Strings(out)
	return out
}

// accepts reports the verdict of one reading.
func (r *reference) accepts(reading int, config object) (bool, error) {
	if r.schemas[reading] == nil {
		s, err := compiled(r.source[reading], jsonschema.Draft7)
		if err != nil {
			return false, fmt.Errorf("reading %d: %w", reading, err)
		}
		r.schemas[reading] = s
	}
	return r.schemas[reading].Validate(config) == nil, nil
}

var timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// compiled returns a validator that asserts formats and takes patterns for what
// JSON Schema says they are, ECMA-262.
func compiled(schema any, draft *jsonschema.Draft) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(draft)
	c.AssertFormat()
	c.UseRegexpEngine(ecma)
	c.RegisterFormat(&jsonschema.Format{Name: "strict-date-time", Validate: func(v any) error {
		if s, ok := v.(string); ok {
			if !timestamp.MatchString(s) {
				return fmt.Errorf("is not in capitals, or out of bounds")
			}
			_, err := time.Parse(time.RFC3339, s)
			return err
		}
		return nil
	}})
	const url = "mem:///schema.json"
	if err := c.AddResource(url, schema); err != nil {
		return nil, err
	}
	return c.Compile(url)
}

type pattern regexp2.Regexp

func ecma(s string) (jsonschema.Regexp, error) {
	re, err := regexp2.Compile(s, regexp2.ECMAScript)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = time.Second
	return (*pattern)(re), nil
}

func (p *pattern) MatchString(s string) bool {
	matched, err := (*regexp2.Regexp)(p).MatchString(s)
	return err == nil && matched
}

func (p *pattern) String() string { return (*regexp2.Regexp)(p).String() }

var once sync.Map

// compiledOnce keeps what it compiles, by content.
func compiledOnce(schema object) (*jsonschema.Schema, error) {
	key := fmt.Sprint(schema)
	if s, ok := once.Load(key); ok {
		return s.(*jsonschema.Schema), nil
	}
	s, err := compiled(schema, jsonschema.Draft7)
	if err == nil {
		once.Store(key, s)
	}
	return s, err
}
