// Package airbyte_test holds what airbytefeed makes of a real registry to the
// registry's own JSON Schemas.
//
// A specification is one schema of nested objects; the feed makes of it schemes
// with flat parameters. That both take the same documents means: a configuration
// is turned into values by dotted key (flatten). auth.Validate accepts these
// values for one of the schemes if and only if the original accepts the
// configuration, read in steps that change no more than these things:
//
//   - what the feed's Problems list as left out is left out, and nothing more;
//   - no properties but the stated ones are allowed: parameters know no others;
//   - a format beside a pattern is an annotation (draft 7, section 7.2, leaves that
//     to the reader): where both stand they often contradict each other;
//   - integers are exact, within 2^53-1; times have no leap seconds and no small letters;
//   - a document may fit several alternatives: a scheme is chosen by name;
//   - null, an empty text and an empty list count as no value;
//   - what a form does not ask for is supplied: constants, defaults of required
//     parameters, hidden parameters, and objects that are required themselves.
//
// Each step may change verdicts in one direction only, and how often it does is
// counted. auth.SchemaOf is held to auth.Validate by the same documents.
package airbyte_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
)

var seed = flag.Uint64("seed", 1, "of the generated documents")

// byDesign are the steps with the direction that each may change verdicts in.
var byDesign = [steps]struct {
	name            string
	wider, narrower bool // the parameters accept more, accept less
}{
	withLosses:  {"listed in the feed's problems", true, true}, // less only where a way to authenticate must be chosen
	closed:      {"no other properties", false, true},
	noted:       {"a format beside a pattern is an annotation", true, false},
	exact:       {"integers and times are exact", false, true},
	overlapping: {"several alternatives fit", true, false},
	emptied:     {"blank is no value", true, true},
	filled:      {"not asked for, but supplied", true, true}, // less where constants of a way make more required
}

// perBase bounds the mutations of one base document that are tried.
const perBase = 50

func TestParametersAcceptWhatTheSpecificationAccepts(t *testing.T) {
	t.Parallel()
	all := specs(t)
	var (
		params, docs, agreed, accepted, losses, left int
		wider, narrower                              [steps]int
	)
	for n, s := range all {
		for i := range s.schemes {
			params += len(s.schemes[i].Params)
		}
		losses += len(s.losses)
		sub, err := newSubject(s)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		told := 0
		for _, m := range sub.documents(t, rand.New(rand.NewPCG(*seed, uint64(n)))) {
			docs++
			v, err := sub.judge(m.doc)
			switch {
			case err != nil:
				if told++; told <= 3 {
					raw, _ := json.Marshal(m.doc)
					t.Errorf("%s: %s: %v\n%.1000s", s.name, m.what, err, raw)
				}
				continue
			case v.step < 0:
				agreed++
			case v.accepted:
				wider[v.step]++
			default:
				narrower[v.step]++
			}
			if v.accepted {
				accepted++
			}
		}
		left += sub.left
	}
	t.Logf("seed %d: %d specifications with %d parameters in their schemes and %d listed losses", *seed, len(all), params, losses)
	t.Logf("%d documents, %d of them accepted; the original as it is written says the same of %d", docs, accepted, agreed)
	for step := withLosses; step < steps; step++ {
		d := byDesign[step]
		t.Logf("  %-45s %5d accepted, %5d refused", d.name, wider[step], narrower[step])
		if wider[step] > 0 && !d.wider || narrower[step] > 0 && !d.narrower || wider[step]+narrower[step] == 0 {
			t.Errorf("%s: %d accepted and %d refused by parameters alone", d.name, wider[step], narrower[step])
		}
	}
	t.Logf("  %d times SchemaOf left to Validate what JSON Schema cannot say", left)
	if len(all) != 617 || docs < 50_000 || accepted < docs/5 || accepted > docs*4/5 {
		t.Errorf("too little to go by: %d specifications, %d documents, %d accepted", len(all), docs, accepted)
	}
}

// documents generates base documents of every alternative, least and full, each
// with mutations. It fills in each form's sample.
func (s *subject) documents(t *testing.T, random *rand.Rand) []mutation {
	t.Helper()
	most := 1
	visit(s.schema, "", func(o object, _ string) { most = max(most, len(asList(o["oneOf"]))) }, func(object, string) {})
	var out []mutation
	g := &generator{Rand: random}
	valid := false
	for g.branch = range most {
		for _, g.full = range []bool{true, false} {
			base := g.object(s.schema)
			ok, err := s.ref.accepts(noted, base)
			if err != nil {
				t.Errorf("%s: %v", s.name, err)
				return nil
			}
			valid = valid || ok
			for _, f := range s.forms {
				if flat := f.flatten(base); ok && f.sample == nil && !f.contradicts(flat) {
					f.sample = flat
				}
			}
			changed := g.mutations(s.schema, base)
			g.Shuffle(len(changed), func(i, j int) { changed[i], changed[j] = changed[j], changed[i] })
			changed = changed[:min(len(changed), perBase)]
			out = append(append(out, mutation{fmt.Sprintf("base %d, full %t", g.branch, g.full), base}), changed...)
		}
	}
	if !valid {
		t.Errorf("%s: no valid document was generated", s.name)
	}
	return out
}
