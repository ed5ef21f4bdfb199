package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sampleIndex() *Index {
	a := sound(func(c *Connector, r *Release, m *Manifest) {
		c.Description = "<b> & 'é' \u2028 漢"
		c.Categories = []string{"crm"}
		r.Published = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		m.Activities[0].Input = json.RawMessage(`{"title":"a<b"}`)
	})
	b := sound(func(c *Connector, r *Release, m *Manifest) {
		c.Key, m.Key = "acme/b", "acme/b"
		r.Breaking = []Breaking{{Version: "1.0.0", Message: "m", Deadline: "2026-12-31"}}
	})
	return &Index{
		Format: IndexFormat, Version: 7, Generated: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Expires: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Connectors: []Connector{*a, *b},
	}
}

func TestIndexRoundTrip(t *testing.T) {
	t.Parallel()
	index := sampleIndex()
	var b bytes.Buffer
	if err := index.Encode(&b); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), `"digest":"sha256:`); n != 4 { // of two envelopes and two artifacts
		t.Errorf("%d digests in %s", n, b.String())
	}
	got, problems, err := ParseIndex(b.Bytes(), nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	// What was written escapes '<', so the JSON Schema states the same in other
	// bytes.
	index.Connectors[0].Releases[0].Manifest.Activities[0].Input = json.RawMessage(`{"title":"a\u003cb"}`)
	if d := cmp.Diff(index, got); d != "" {
		t.Error(d)
	}
	var again bytes.Buffer
	if err := got.Encode(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error(err, "encoding twice gives two documents")
	}

	// encoding/json compacts and escapes what MarshalJSON returns.
	doc, err := json.Marshal(*index)
	if err != nil {
		t.Fatal(err)
	}
	var back Index
	if err := json.Unmarshal(doc, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(*got, back); d != "" {
		t.Error(d)
	}
	indented, err := json.MarshalIndent(index, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(indented, &back); err == nil {
		t.Error("digests are of exact bytes; indenting must break them")
	}
}

func TestEncodeRefusesWhatParseIndexWould(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Index){
		"it begins with \"v\"":       func(x *Index) { x.Connectors[0].Releases[0].Version = "v1" },
		"is stated at /connectors/0": func(x *Index) { x.Connectors[1] = x.Connectors[0] },
		"it is not after generated":  func(x *Index) { x.Expires = x.Generated },
		"it is \"other\", want":      func(x *Index) { x.Format = "other" },
		"want an array, got null":    func(x *Index) { x.Connectors[0].Releases = nil },
		"duplicate member": func(x *Index) {
			x.Connectors[0].Releases[0].Manifest.Activities[0].Input = json.RawMessage(`{"a":1,"a":2}`)
		},
		"unexpected end of JSON": func(x *Index) { x.Connectors[0].Releases[0].Manifest.Activities[0].Input = json.RawMessage(`{`) },
		"generated: ":            func(x *Index) { x.Generated = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		index := sampleIndex()
		change(index)
		var b bytes.Buffer
		err := index.Encode(&b)
		if err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("%s: %v", want, err)
		}
	}
	index := sampleIndex()
	index.Format = ""
	if err := index.Encode(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
	full := errors.New("disk full")
	if err := index.Encode(failing{full}); !errors.Is(err, full) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestUnmarshalTakesNoProblem(t *testing.T) {
	t.Parallel()
	x := Index{Version: 3}
	for _, in := range []string{`{"format":"x"}`, document(entry("a"))} {
		if err := json.Unmarshal([]byte(in), &x); !errors.Is(err, ErrInvalid) || x.Version != 3 {
			t.Error(err, x)
		}
	}
}

func TestManifestRoundTrip(t *testing.T) {
	t.Parallel()
	m := sampleIndex().Connectors[0].Releases[0].Manifest
	doc, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseManifest(doc, nil)
	if err != nil || !got.Equal(m) {
		t.Error(err, got.Differences(m))
	}
}
