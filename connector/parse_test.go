package connector

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var sum = strings.Repeat("0f", 32)

// release returns a sound release, as JSON.
func release(version string) string {
	return `{"version":"` + version + `","artifact":{"url":"a/` + version + `.tgz","digest":"sha256:` + sum + `"}}`
}

// entry returns an envelope with a connector of these releases.
func entry(key string, releases ...string) string {
	return `{"connector":{"key":"` + key + `","name":"Name","releases":[` + strings.Join(releases, ",") + `]}}`
}

func document(entries ...string) string {
	return `{"format":"patchbay.index/v1","connectors":[` + "\n" + strings.Join(entries, ",\n") + "\n]}"
}

func TestParseIndex(t *testing.T) {
	t.Parallel()
	in := `{
  "format": "patchbay.index/v1", "version": 18446744073709551615,
  "generated": "2026-01-02T03:04:05Z", "expires": "2026-02-02T03:04:05Z", "x-comment": {"a": 1},
  "connectors": [
    {"connector": {"key": "acme/slack", "name": "Slack", "description": "Chat", "publisher": "Acme", "categories": ["chat"],
      "icon": "icons/slack.svg", "docsURL": "https://docs.example.com/", "x-y": null,
      "releases": [
        {"version": "1.0.0", "stage": "GA", "published": "2026-01-01T00:00:00Z", "notes": "n", "deprecated": "d", "yanked": "y",
         "requires": ">=1.0.0", "breaking": [{"version": "1.0.0", "message": "m", "deadline": "2026-12-31", "guideURL": "https://docs.example.com/g"}],
         "artifact": {"url": "https://files.example.com/slack.tgz", "mediaType": "application/vnd.patchbay.package.v1.tar+gzip", "digest": "sha256:` + sum + `", "size": 7},
         "manifest": {"key": "acme/slack", "version": "1.0.0", "auth": [{"id": "oauth2", "type": "oauth2.code", "tokenURL": "https://login.example.com/t"}],
           "activities": [{"name": "send", "input": {"type": "object"}, "output": true}],
           "triggers": [{"name": "new", "mode": "webhook", "params": [{"key": "channel", "enum": ["a", "b"]}]}],
           "hosts": ["api.example.com", "https://*.files.example.com:8443", "${region}.example.com"], "buildTargets": ["linux"], "docsURL": "https://docs.example.com"}},
        {"version": "2.0.0-rc.1", "artifact": {"url": "docker://example.com/slack:2", "mediaType": "application/vnd.patchbay.reference.v1"}}
      ]}}
  ]
}`
	index, problems, err := ParseIndex([]byte(in), nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	if index.Format != IndexFormat || index.Version != 1<<64-1 || !index.Expires.Equal(time.Date(2026, 2, 2, 3, 4, 5, 0, time.UTC)) {
		t.Errorf("%+v", index)
	}
	c := index.Connectors[0]
	if len(index.Connectors) != 1 || c.Key != "acme/slack" || len(c.Releases) != 2 || c.Releases[0].Breaking[0].Deadline != "2026-12-31" ||
		string(c.Releases[0].Manifest.Activities[0].Input) != `{"type": "object"}` || c.Releases[1].Artifact.MediaType != MediaReference {
		t.Errorf("%+v", c)
	}
	if faults := c.Validate(); faults != nil {
		t.Error(faults)
	}
}

func TestAnEmptyIndexIsSound(t *testing.T) {
	t.Parallel()
	index, problems, err := ParseIndex([]byte(document()), nil)
	if err != nil || len(problems) > 0 || len(index.Connectors) != 0 {
		t.Error(index, problems, err)
	}
}

// Faults of the whole document: nothing is read, every fault has its place.
func TestDocumentFaults(t *testing.T) {
	t.Parallel()
	good := entry("slack", release("1.0.0"))
	for name, tt := range map[string]struct {
		in   string
		want []string
	}{
		"empty":        {"", []string{" | 1 |  | input is empty"}},
		"HTML":         {"\n <html>", []string{" | 2 | <html> | input starts with '<': HTML instead of JSON"}},
		"not an index": {`[]`, []string{` | 1 | [] | want an object, got an array`}},
		"malformed":    {document(good, `{"connector":{"key":"jira",}}`), []string{`/connectors/1/connector | 3 | }} | want a member name in double quotes, not '}'`}},
		"truncated":    {document(good, entry("jira", release("1.0.0")))[:200], []string{`/connectors/0/connector/releases/0/artifact/digest | 2 |  | input ends inside a string`}},
		"trailing":     {document(good) + "{}", []string{` | 3 | {} | more data after the end of the value`}},
		"duplicate members": {`{"format":"patchbay.index/v1",
"connectors":[],"connectors":[],"version":1,"version":2}`, []string{
			`/connectors | 2 | "connect | duplicate member "connectors"`, `/version | 2 | "version | duplicate member "version"`}},
		"unknown members": {`{"format":"patchbay.index/v1","Version":1,"connectors":[],"extra":2}`, []string{
			`/Version | 1 | "Version | unknown member "Version"; it is written version`, `/extra | 1 | "extra": | unknown member "extra"`}},
		"other format": {`{"format":"patchbay.index/v2","connectors":[]}`, []string{
			`/format | 1 | "patchba | it is "patchbay.index/v2", want "patchbay.index/v1"`}},
		"missing": {` {}`, []string{`/format | 1 | {} | it is missing, want "patchbay.index/v1"`, `/connectors | 1 | {} | it is missing`}},
		"types": {`{"format":1,"version":-1,"generated":"now","connectors":{}}`, []string{
			`/format | 1 | 1,"versi | want a string, got a number`, `/version | 1 | -1,"gene | want an integer from 0, got "-1"`,
			`/generated | 1 | "now","c | "now" is not a time like 2006-01-02T15:04:05Z`, `/connectors | 1 | {}} | want an array`}},
		"null": {`{"format":"patchbay.index/v1","connectors":null}`, []string{`/connectors | 1 | null} | want an array`}},
		"expires": {`{"format":"patchbay.index/v1","generated":"2026-01-01T00:00:00Z","expires":"2026-01-01T00:00:00Z","connectors":[]}`, []string{
			`/expires | 1 | "2026-01 | it is not after generated`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			index, problems, err := ParseIndex([]byte(tt.in), nil)
			if index != nil || problems != nil || !errors.Is(err, ErrInvalid) || !errors.Is(err, fs.ErrInvalid) {
				t.Fatal(index, problems, err)
			}
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("%T", err)
			}
			if d := cmp.Diff(tt.want, placed(tt.in, faults)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestBoundsOfTheDocument(t *testing.T) {
	t.Parallel()
	in := document(entry("a", release("1.0.0")), entry("b"), entry("c"))
	for want, o := range map[string]*ParseOptions{
		"the document has":                       {MaxBytes: 20},
		"more than 2 connectors":                 {MaxConnectors: 2},
		"more than 1 entries have problems":      {MaxProblems: 1},
		"/connectors/2 (line 4, column 1): more": {MaxConnectors: 2},
	} {
		_, _, err := ParseIndex([]byte(in), o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, _, err := ParseIndex([]byte(in), &ParseOptions{MaxBytes: len(in), MaxConnectors: 3, MaxProblems: 2}); err != nil {
		t.Error(err)
	}
}

func TestDeepNestingLosesOneEntry(t *testing.T) {
	t.Parallel()
	const n = 100_000
	deep := strings.Repeat("[", n) + strings.Repeat("]", n)
	in := document(entry("a", release("1.0.0")), `{"connector":{"key":"b","name":"B","x-deep":`+deep+`,"releases":[`+release("1.0.0")+`]}}`)
	index, problems, err := ParseIndex([]byte(in), nil)
	if err != nil || len(index.Connectors) != 1 || len(problems) != 1 {
		t.Fatal(err, problems)
	}
	if got := problems[0].Faults[0].Reason; problems[0].Key != "b" || got != "nested deeper than 128 levels" {
		t.Error(problems)
	}
	if _, _, err := ParseIndex([]byte(`{"format":`+strings.Repeat("[", n)), nil); err == nil {
		t.Error("accepted")
	}
	if _, err := ParseManifest([]byte(strings.Repeat("[", n)), nil); err == nil {
		t.Error("accepted")
	}
}

func TestParseManifest(t *testing.T) {
	t.Parallel()
	m, err := ParseManifest([]byte(`{"key":"slack","version":"1.0.0","hosts":["api.example.com"]}`), nil)
	if err != nil || m.Key != "slack" || m.Validate() != nil {
		t.Fatal(m, err)
	}
	in := "{\n\"key\":\"Slack\",\"version\":\"v1.2\",\"hosts\":[\"http://x\"],\"size\":1,\n\"auth\":[{\"id\":\"a\",\"type\":\"basic\",\"in\":\"header\"}],\"triggers\":[{\"name\":\"n\",\"mode\":1}]}"
	m, err = ParseManifest([]byte(in), nil)
	var faults Faults
	if m != nil || !errors.As(err, &faults) {
		t.Fatal(m, err)
	}
	want := []string{
		`/key | 2 | "Slack", | it looks like a display name, and a display name is not a key: keys are lower case, without spaces`,
		`/version | 2 | "v1.2"," | it begins with "v", want three numbers such as 1.2.3`,
		`/hosts/0 | 2 | "http:// | credentials are sent to https origins only`,
		`/size | 2 | "size":1 | unknown member "size"`,
		`/auth/0/in | 3 | "header" | it belongs to type apiKey only`,
		`/triggers/0/mode | 3 | 1}]} | want a string, got a number`,
	}
	if d := cmp.Diff(want, placed(in, faults)); d != "" {
		t.Error(d)
	}
	if _, err := ParseManifest([]byte(in), &ParseOptions{MaxBytes: 10}); err == nil || !strings.Contains(err.Error(), "at most 10") {
		t.Error(err)
	}
	if _, err := ParseManifest(make([]byte, DefaultMaxManifestBytes+1), nil); err == nil || !strings.Contains(err.Error(), "at most 4194304") {
		t.Error(err)
	}
}
