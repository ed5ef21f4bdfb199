package governance

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// Whatever the input: faults have positions, and what is accepted is valid, can be
// compiled without a fault, and survives being written and read again.
func FuzzParsePolicy(f *testing.F) {
	f.Add([]byte(fullPolicy))
	for _, s := range []string{
		`{"id":"p"}`, `{"id":"p","connectors":[{"match":"*","effect":"disable"}]}`, `[]`, `{"id":"p","connectors":[[]]}`, ``, "\xff",
		`{"id":"p","connectors":[{"match":"a","effect":"enable","presets":[{"param":"a","secret":"x","mode":"fixed"}]}]}`,
		`{"id":"p","x-a":1,"id":"q"}`, `{"id":"p","connectors":[{"match":"a","presets":[{"value":{"a":[1e400]}}]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePolicy(data)
		if err != nil {
			var faults connector.Faults
			if p != nil || !errors.As(err, &faults) || len(faults) == 0 || len(faults) > maxFindings+1 {
				t.Fatalf("%v %v", p, err)
			}
			lines := bytes.Count(data, []byte("\n")) + 1
			for _, x := range faults {
				if x.Reason == "" || len(x.Reason) > 500 || x.Line > lines || (x.Line < 1 && len(faults) <= maxFindings) {
					t.Fatalf("%+v", x)
				}
			}
			return
		}
		e, err := Compile([]*Policy{p}, []Assignment{{Scope: Organization(), Policy: p.ID}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Connectors {
			r := &p.Connectors[i]
			if r.Match.Narrowness() == 2 {
				if d := e.DecideConnector(Subject{Tenant: "t"}, connector.Key(r.Match)); d.Allowed() != (r.Effect == Enable) {
					t.Fatal(d)
				}
			}
			for j := range r.Presets { // a new secret is written as its mask
				if _, fresh := r.Presets[j].Secret.New(); fresh {
					r.Presets[j].Secret = SealedSecret("x")
				}
			}
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParsePolicy(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		twice, err := json.Marshal(again)
		if err != nil || !bytes.Equal(written, twice) || bytes.Contains(written, []byte(auth.Redacted)) && !bytes.Contains(data, []byte("redacted")) {
			t.Fatalf("%v\n%s\n%s", err, written, twice)
		}
	})
}
