package connector

import (
	"encoding/json"
	"testing"

	"github.com/patchbay/patchbay/auth"
)

func TestP5_APreReleaseIsPreviewWhateverTheFeedSays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		version     string
		stage, want Stage
	}{
		{"1.0.0", "", GA},
		{"1.0.0", GA, GA},
		{"1.0.0", Preview, Preview},
		{"1.0.0-rc.1", GA, Preview},
		{"1.0.0-rc.1", "", Preview},
		{"1.0.0-0+build", GA, Preview},
		{"1.0.0+build-7", GA, GA}, // a '-' in build metadata is no pre-release part
		{"1.0.0", "Beta", Preview},
	} {
		r := Release{Version: tt.version, Stage: tt.stage}
		if got := r.EffectiveStage(); got != tt.want {
			t.Errorf("%s %q: %s, want %s", tt.version, tt.stage, got, tt.want)
		}
	}
}

func TestP15_ADigestIdentifiesTheContentOfARelease(t *testing.T) {
	t.Parallel()
	d := DigestOf([]byte("bytes"))
	if r := (&Release{Artifact: Artifact{URL: "a.tgz", Digest: d}}); r.Digest() != d {
		t.Error(r.Digest())
	}
	reference := func(change func(*Release)) Digest {
		r := &Release{Version: "1.0.0", Artifact: Artifact{URL: "docker://a/b:1", MediaType: MediaReference}, Manifest: &Manifest{
			Key: "a", Version: "1.0.0", Auth: []auth.Scheme{{ID: "basic", Type: auth.Basic}},
			Activities: []Activity{{Name: "send", Input: json.RawMessage(`{"type":"object","title":"x<y"}`)}},
		}}
		change(r)
		return r.Digest()
	}
	plain := reference(func(*Release) {})
	if !plain.Valid() || plain.Algorithm() != SHA256 {
		t.Error(plain)
	}
	for name, change := range map[string]func(*Release){
		"white space": func(r *Release) {
			r.Manifest.Activities[0].Input = json.RawMessage(" {\n\"type\" : \"object\", \"title\":\"x\\u003cy\"}")
		},
		"order of members": func(r *Release) { r.Manifest.Activities[0].Input = json.RawMessage(`{"title":"x<y","type":"object"}`) },
		"empty lists":      func(r *Release) { r.Manifest.Hosts = []string{} },
		"notes":            func(r *Release) { r.Notes = "typo corrected" },
	} {
		if reference(change) != plain {
			t.Error(name, "must not matter")
		}
	}
	seen := map[Digest]string{plain: "plain"}
	for name, change := range map[string]func(*Release){
		"URL":         func(r *Release) { r.Artifact.URL = "docker://a/b:2" },
		"digest":      func(r *Release) { r.Artifact.Digest = d },
		"manifest":    func(r *Release) { r.Manifest = nil },
		"hosts":       func(r *Release) { r.Manifest.Hosts = []string{"a.example"} },
		"JSON Schema": func(r *Release) { r.Manifest.Activities[0].Input = json.RawMessage(`{"type":"array","title":"x<y"}`) },
		"scheme":      func(r *Release) { r.Manifest.Auth[0].Type = auth.Bearer },
	} {
		got := reference(change)
		if other, twice := seen[got]; twice || got == "" {
			t.Errorf("%s has the digest of %s: %q", name, other, got)
		}
		seen[got] = name
	}
	for name, change := range map[string]func(*Release){
		"input":  func(r *Release) { r.Manifest.Activities[0].Input = json.RawMessage(`{`) },
		"output": func(r *Release) { r.Manifest.Activities[0].Output = json.RawMessage(`{`) },
		"param":  func(r *Release) { r.Manifest.Auth[0].Params = []auth.Param{{Default: func() {}}} },
	} {
		if got := reference(change); got != "" {
			t.Errorf("%s is no JSON, but the digest is %s", name, got)
		}
	}
	input := json.RawMessage(` {"b":1, "a":2}`)
	r := Release{Artifact: Artifact{MediaType: MediaReference}, Manifest: &Manifest{Activities: []Activity{{Input: input}}}}
	r.Digest()
	if string(r.Manifest.Activities[0].Input) != ` {"b":1, "a":2}` {
		t.Error("the manifest was changed")
	}
}
