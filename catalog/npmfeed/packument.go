package npmfeed

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// Bounds of a packument, far above real ones.
const (
	maxVersions = 50_000 // and of any other list or object
	maxDepth    = 64
	maxKeywords = 32
)

// packument is what is read of a package's document. Values that old
// registries write in other types and that are only shown are left raw.
type packument struct {
	Name        string                    `json:"name"`
	Description strictjson.Raw            `json:"description"`
	Homepage    strictjson.Raw            `json:"homepage"`
	Keywords    strictjson.Raw            `json:"keywords"`
	Tags        map[string]string         `json:"dist-tags"`
	Versions    map[string]strictjson.Raw `json:"versions"`
	Time        map[string]strictjson.Raw `json:"time"`
}

func lenient() *strictjson.Options {
	return &strictjson.Options{
		AllowUnknown: true, AllowNull: true, DeferRaw: true, MaxDepth: maxDepth, MaxItems: maxVersions,
	}
}

// outcome is what one packument gives: a connector and Problems of lesser loss,
// or one Problem with LostConnector.
type outcome struct {
	conn     *connector.Connector
	problems []connector.Problem
}

// lost is the outcome of a package that is not offered, for a reason that lies
// outside of its document.
func lost(name string, reason error) outcome {
	return outcome{problems: []connector.Problem{{
		Key: shown(name), Lost: connector.LostConnector, Faults: []connector.Fault{{Reason: reason.Error()}},
	}}}
}

// shown is what a Problem calls a package: its key, so that the catalog knows
// which connector is meant, or else what was written.
func shown(name string) string {
	if key, err := keyOf(name); err == nil {
		return string(key)
	}
	return clip(name)
}

// parse maps the packument of a package. locate says where a tarball is to be
// fetched from. Every version is a release, or a Problem with LostRelease; when
// none is left, the package is one Problem with the faults of all.
func parse(data []byte, name string, locate func(tarball string) (string, error)) outcome {
	p := parser{
		name: name, locate: locate, lines: strictjson.NewLines(data),
		raw: strictjson.Raw{Bytes: data},
	}
	key, err := keyOf(name)
	if err != nil {
		p.lost.Note(p.raw, "", "%v", err)
		return p.refuse()
	}
	p.lost.Add(strictjson.Decode(data, &p.doc, lenient())...)
	if p.lost.Len() == 0 && p.doc.Name != name {
		p.lost.Note(p.raw, "/name", "name is %q, want %q", clip(p.doc.Name), clip(name))
	}
	if p.lost.Len() > 0 {
		return p.refuse()
	}
	return p.offer(key)
}

// parser maps one packument.
type parser struct {
	name   string
	locate func(string) (string, error)
	lines  *strictjson.Lines
	raw    strictjson.Raw
	doc    packument
	lost   faultlist.List
}

// refuse is the outcome of a package that is not offered.
func (p *parser) refuse() outcome {
	return outcome{problems: []connector.Problem{{
		Key: shown(p.name), Lost: connector.LostConnector, Faults: p.lost.In(p.lines),
	}}}
}

func (p *parser) offer(key connector.Key) outcome {
	var (
		out    outcome
		newest *release
		minor  faultlist.List
	)
	conn := connector.Connector{Key: key, Name: p.name, Publisher: key.Publisher()}
	releases := p.releases(&minor)
	for i := range releases {
		r := &releases[i]
		if r.lost.Len() > 0 {
			p.lost.Join(&r.lost)
			out.problems = append(out.problems, connector.Problem{
				Key: string(key), Version: clip(r.version), Lost: connector.LostRelease, Faults: r.lost.In(p.lines),
			})
			continue
		}
		newest = cmp.Or(newest, r)
		conn.Releases = append(conn.Releases, r.Release)
	}
	if newest == nil {
		p.lost.NoteOnce(p.raw, "/versions", "no version can be offered")
		return p.refuse()
	}
	if latest, ok := p.doc.Tags["latest"]; ok {
		if _, there := p.doc.Versions[latest]; !there {
			minor.Note(p.raw, "/dist-tags/latest", "latest is %q, which is no version here; no matter, tags choose nothing", clip(latest))
		}
	}
	p.describe(&conn, newest, &minor)
	if minor.Len() > 0 {
		out.problems = append(out.problems, connector.Problem{Key: string(key), Faults: minor.In(p.lines)})
	}
	out.conn = &conn
	return out
}

// releases maps all versions, the newest first.
func (p *parser) releases(minor *faultlist.List) []release {
	out := make([]release, 0, len(p.doc.Versions))
	for name, raw := range p.doc.Versions {
		out = append(out, p.release(name, raw))
	}
	slices.SortFunc(out, func(a, b release) int { return version.CompareVersions(b.version, a.version) })
	for i := range out {
		if out[i].lost.Len() == 0 {
			out[i].Published = p.published(out[i].version, minor)
		}
	}
	return out
}

// describe fills in what is only shown: what stands at the top or, as in some
// registries, only in the versions. What cannot be shown is left out.
func (p *parser) describe(conn *connector.Connector, newest *release, minor *faultlist.List) {
	description := either(p.doc.Description, newest.doc.Description)
	homepage := either(p.doc.Homepage, newest.doc.Homepage)
	words := either(p.doc.Keywords, newest.doc.Keywords)
	conn.Description, conn.DocsURL, conn.Categories = text(description), text(homepage), keywords(words)
	for _, f := range conn.Validate() {
		member, _, _ := strings.Cut(f.Pointer[1:], "/")
		switch member {
		case "description":
			conn.Description = ""
			minor.Note(description, "", "%s; left out", f.Reason)
		case "docsURL":
			conn.DocsURL = ""
			minor.Note(homepage, "", "%s; left out", f.Reason)
		case "categories":
			conn.Categories = nil
			minor.NoteOnce(words, "", "a keyword cannot be shown: %s; left out", f.Reason)
		}
	}
}

func either(a, b strictjson.Raw) strictjson.Raw {
	if text(a) == "" && keywords(a) == nil {
		return b
	}
	return a
}

// text returns a string, or "" of what is none.
func text(raw strictjson.Raw) string {
	var s string
	if len(raw.Bytes) == 0 || len(strictjson.DecodeRaw(raw, &s, nil)) > 0 {
		return ""
	}
	return s
}
