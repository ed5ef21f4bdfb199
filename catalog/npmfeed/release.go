package npmfeed

import (
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// manifest is what is read of one version.
type manifest struct {
	Name        string         `json:"name"`
	Version     string         `json:"version"`
	Description strictjson.Raw `json:"description"`
	Homepage    strictjson.Raw `json:"homepage"`
	Keywords    strictjson.Raw `json:"keywords"`
	Deprecated  any            `json:"deprecated"`
	Dist        struct {
		Integrity string `json:"integrity"`
		Shasum    string `json:"shasum"`
		Tarball   string `json:"tarball"`
	} `json:"dist"`
}

// release is one version and what is wrong with it.
type release struct {
	connector.Release

	version string // the member's name
	doc     manifest
	lost    faultlist.List
}

// release maps one version.
func (p *parser) release(name string, raw strictjson.Raw) release {
	r := release{version: name}
	r.lost.Add(strictjson.DecodeRaw(raw, &r.doc, lenient())...)
	if err := connector.CheckVersion(name); err != nil {
		r.lost.Note(raw, "", "%v", err)
	}
	if r.lost.Len() == 0 && raw.Bytes[0] != '{' {
		r.lost.Note(raw, "", "want an object, got null")
	}
	if raw.Bytes[0] != '{' {
		return r
	}
	if r.doc.Name != p.name {
		r.lost.NoteOnce(raw, "/name", "name is %q, want %q", clip(r.doc.Name), clip(p.name))
	}
	if r.doc.Version != name {
		r.lost.NoteOnce(raw, "/version", "version is %q, want %q, the name it stands under", clip(r.doc.Version), clip(name))
	}
	r.Version = name
	r.Deprecated = r.deprecated(raw)
	r.Stage = connector.GA
	r.Stage = r.EffectiveStage() // P5
	r.Artifact = connector.Artifact{MediaType: connector.MediaNPM, Digest: r.digest(raw), URL: r.tarball(raw, p.locate)}
	r.verify(raw)
	return r
}

// verify holds the release to the model's own rules, if nothing else is wrong
// with it: what it refuses must not be offered.
func (r *release) verify(raw strictjson.Raw) {
	if r.lost.Len() > 0 {
		return
	}
	whole := connector.Connector{Key: "x", Name: "x", Releases: []connector.Release{r.Release}}
	for _, f := range whole.Validate() {
		r.lost.Note(raw, "", "cannot be offered: %s: %s", strings.TrimPrefix(f.Pointer, "/releases/0"), f.Reason)
	}
}

// deprecated returns the message. Registries also write true, for which there
// are no words, and "" and false where a deprecation was taken back.
func (r *release) deprecated(raw strictjson.Raw) string {
	switch d := r.doc.Deprecated.(type) {
	case nil:
		return ""
	case string:
		return d
	case bool:
		if d {
			return "deprecated, without a reason"
		}
		return ""
	default:
		r.lost.NoteOnce(raw, "/deprecated", "deprecated is neither text nor a boolean")
		return ""
	}
}

func (r *release) digest(raw strictjson.Raw) connector.Digest {
	dist := &r.doc.Dist
	switch {
	case dist.Integrity != "":
		d, err := digestOf(dist.Integrity)
		if err != nil {
			r.lost.NoteOnce(raw, "/dist/integrity", "%v", err)
		}
		return d
	case dist.Shasum != "":
		r.lost.NoteOnce(raw, "/dist/shasum", "only a sha1 shasum is stated, which proves nothing; want integrity")
	default:
		r.lost.NoteOnce(raw, "/dist/integrity", "integrity is missing")
	}
	return ""
}

func (r *release) tarball(raw strictjson.Raw, locate func(string) (string, error)) string {
	if r.doc.Dist.Tarball == "" {
		r.lost.NoteOnce(raw, "/dist/tarball", "tarball is missing")
		return ""
	}
	u, err := locate(r.doc.Dist.Tarball)
	if err != nil {
		r.lost.NoteOnce(raw, "/dist/tarball", "tarball %v", err)
	}
	return u
}

// published returns when a version was published, as far as that is known.
func (p *parser) published(name string, minor *faultlist.List) time.Time {
	raw, ok := p.doc.Time[name]
	if !ok || string(raw.Bytes) == "null" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text(raw))
	if err != nil {
		minor.Note(raw, "", "not a time like 2006-01-02T15:04:05Z; left out")
		return time.Time{}
	}
	return t.UTC()
}

// keywords returns the keywords, or nothing of what is no list of texts.
func keywords(raw strictjson.Raw) []string {
	var all []string
	if len(raw.Bytes) == 0 || len(strictjson.DecodeRaw(raw, &all, nil)) > 0 {
		return nil
	}
	all = slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" })
	return all[:min(len(all), maxKeywords)]
}
