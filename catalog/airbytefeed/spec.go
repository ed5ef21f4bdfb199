package airbytefeed

import (
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// maxNesting bounds objects inside objects in a specification.
const maxNesting = 12

// specification is how a connector is configured.
type specification struct {
	Connection strictjson.Raw `json:"connectionSpecification"`
	Advanced   strictjson.Raw `json:"advanced_auth"`
}

// schemes maps the specification to the ways to authenticate. Without one it
// is unknown what a connection needs, so the release is lost.
func (d *definition) schemes(raw strictjson.Raw, rep *report) []auth.Scheme {
	var spec specification
	if empty(d.Spec) {
		rep.lost.NoteOnce(raw, "/spec", "spec is missing: nobody knows what a connection needs")
		return nil
	}
	before := rep.lost.Len()
	o := lenient()
	o.DeferRaw = false // what follows reads it piece by piece and sees no duplicates
	rep.lost.Add(strictjson.DecodeRaw(d.Spec, &spec, o)...)
	if rep.lost.Len() > before {
		return nil
	}
	if empty(spec.Connection) {
		rep.lost.Note(d.Spec, "/connectionSpecification", "connectionSpecification is missing: nobody knows what a connection needs")
		return nil
	}
	root, ok := decodeSchema(spec.Connection, &rep.minor)
	if !ok {
		rep.lost.Note(d.Spec, "/connectionSpecification", "connectionSpecification is no object")
		return nil
	}
	b := builder{
		lost: &rep.lost, minor: &rep.minor, budget: rep.budget,
		oauth: decodeAdvanced(spec.Advanced, &rep.minor),
	}
	b.choose(&root)
	return b.build(spec.Connection, &root)
}

func empty(raw strictjson.Raw) bool { return len(raw.Bytes) == 0 || string(raw.Bytes) == "null" }

// builder turns one specification into schemes.
type builder struct {
	lost   *faultlist.List
	minor  *faultlist.List
	budget *int      // parameters that the document may still have
	oauth  *advanced // nil without one
	choice string    // pointer of the object whose alternatives are the schemes; empty for none
	ways   []way     // its alternatives
}

// way is one alternative of the choice.
type way struct {
	raw         strictjson.Raw
	title, help string
}

// choose finds the object whose alternatives are the ways to authenticate: the
// one that the OAuth predicate points into, else the first one with a usual name,
// the outermost first.
func (b *builder) choose(root *schema) {
	quiet := &faultlist.List{} // flatten notes the same again
	level := []named{{"", root}}
	for depth := 0; depth < 3 && len(level) > 0; depth++ {
		var next []named
		for _, at := range level {
			for _, m := range at.members(quiet) {
				path := join(at.path, m.name)
				if len(m.OneOf) == 0 {
					next = append(next, named{path, &m.schema})
					continue
				}
				if b.oauth.within(path) {
					b.choice = m.raw.Pointer
					return
				}
				if b.choice == "" && usual(m.name) {
					b.choice = m.raw.Pointer
				}
			}
		}
		level = next
	}
}

type named struct {
	path string
	*schema
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

// usual reports whether an object with alternatives is usually the one to
// choose how to authenticate.
func usual(name string) bool {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "credentials", "credential", "authentication", "authenticationmethod", "authmethod", "authtype", "authorization", "auth":
		return true
	default:
		return false
	}
}
