package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever the input: the parts are consistent, what is offered is valid, and it
// survives being written and read again.
func FuzzParseIndex(f *testing.F) {
	var b bytes.Buffer
	if err := sampleIndex().Encode(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	for _, s := range []string{
		document(entry("a", release("1.0.0"), release("1.0.0")), entry("a"), `{"digest":"x"}`),
		document(entry("a", release("v1")), `{"key":"x"}`, `[]`, `{"connector":[]}`),
		`{"format":"patchbay.index/v1"}`, `<html>`, `{"connectors":[[[[]]]]}`, ``, "{\"\xd6\":",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		index, problems, err := ParseIndex(data, nil)
		if err != nil {
			var faults Faults
			if index != nil || problems != nil || !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("%v %v %T", index, problems, err)
			}
			checkPlaces(t, data, faults)
			return
		}
		for _, p := range problems {
			if len(p.Faults) == 0 || p.Lost == LostNothing || p.Feed != "" {
				t.Fatalf("%+v", p)
			}
			checkPlaces(t, data, p.Faults)
		}
		keys := map[Key]bool{}
		for i := range index.Connectors {
			c := &index.Connectors[i]
			if faults := c.Validate(); faults != nil || keys[c.Key] {
				t.Fatalf("%s: %v", c.Key, faults)
			}
			keys[c.Key] = true
		}
		docs, _, err := ParseDocuments(data, nil)
		if err != nil || len(docs.List) != len(index.Connectors) {
			t.Fatalf("%d connectors, undecoded: %v", len(index.Connectors), err)
		}
		for i := range docs.List {
			c, err := docs.List[i].Connector()
			if d := cmp.Diff(&index.Connectors[i], c); err != nil || d != "" {
				t.Fatal(err, d)
			}
		}
		known := NewKnown(0)
		for i := 0; i < len(docs.List); i += 2 {
			known.Add(docs.List[i].key, docs.List[i].sum, len(docs.List[i].json))
		}
		checkExcerpt(t, data, known, -1)
		doc, err := json.Marshal(index)
		if err != nil {
			t.Fatal(err)
		}
		back, problems, err := ParseIndex(doc, nil)
		if err != nil || len(problems) > 0 || len(back.Connectors) != len(index.Connectors) {
			t.Fatalf("written and read again: %v %v\n%s", err, problems, doc)
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	doc, err := json.Marshal(sampleIndex().Connectors[0].Releases[0].Manifest)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc)
	f.Add([]byte(`{"key":"a","version":"1.0.0","auth":[{"id":"a","type":"apiKey","in":"header","name":"X","params":[{"key":"k","default":[1]}]}]}`))
	f.Add([]byte(`{"key":1,"hosts":["*"],"triggers":[{"mode":"x"}],"activities":[{"input":{"a":1,"a":2}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data, nil)
		if err != nil {
			var faults Faults
			if m != nil || !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("%v %T", m, err)
			}
			checkPlaces(t, data, faults)
			return
		}
		if faults := m.Validate(); faults != nil {
			t.Fatal(faults)
		}
		doc, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseManifest(doc, nil)
		if err != nil || !back.Equal(m) || len(SchemeChanges(m, back)) > 0 || len(OriginChanges(m, back)) > 0 {
			t.Fatalf("written and read again: %v\n%s", err, doc)
		}
	})
}

// checkPlaces holds positions against the document.
func checkPlaces(t *testing.T, data []byte, faults []Fault) {
	t.Helper()
	lines := bytes.Split(data, []byte("\n"))
	for i, f := range faults {
		if f.Reason == "" || f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > len(lines[f.Line-1])+1 {
			t.Fatalf("%+v is not in the document", f)
		}
		if i > 0 && (f.Line < faults[i-1].Line || f.Line == faults[i-1].Line && f.Column < faults[i-1].Column) {
			t.Fatalf("%+v is out of order", f)
		}
	}
}
