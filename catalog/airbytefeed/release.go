package airbytefeed

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// release maps the one version that a definition describes.
func (d *definition) release(key connector.Key, raw strictjson.Raw, rep *report) connector.Release {
	v, err := version.ParseVersion(d.Tag)
	switch {
	case d.Tag == "":
		rep.lost.NoteOnce(raw, "/dockerImageTag", "version is missing")
	case err != nil:
		rep.lost.Note(raw, "/dockerImageTag", "%v", connector.CheckVersion(d.Tag))
	case len(d.Tag) > maxTag || v.Build() != "":
		rep.lost.Note(raw, "/dockerImageTag", "version %q cannot be the tag of an image", clip(d.Tag))
	}
	switch {
	case d.Repository == "":
		rep.lost.NoteOnce(raw, "/dockerRepository", "image is missing")
	case len(d.Repository) > maxRepository || !repository.MatchString(d.Repository):
		rep.lost.Note(raw, "/dockerRepository", "%q is not the name of an image", clip(d.Repository))
	}
	rel := connector.Release{
		Version: d.Tag, Stage: d.stage(), Published: d.published(),
		Breaking: d.breakingUpTo(v, raw, rep),
		Artifact: connector.Artifact{
			URL: "docker://" + fullName(d.Repository) + ":" + d.Tag, MediaType: connector.MediaReference,
		},
	}
	if d.SupportLevel == "archived" {
		rel.Deprecated = "archived: the publisher no longer maintains it"
	}
	if d.Tombstone {
		rel.Yanked = "withdrawn: the registry keeps it as a tombstone"
	}
	rel.Manifest = &connector.Manifest{
		Key: key, Version: d.Tag, Auth: d.schemes(raw, rep), Hosts: d.hosts(raw, rep),
		DocsURL: link(&rep.minor, raw, "/documentationUrl", d.DocsURL),
	}
	return rel
}

// fullName spells out the namespace that a name of one element has, so that the
// reference is a URL.
func fullName(repository string) string {
	if strings.Contains(repository, "/") {
		return repository
	}
	return "library/" + repository
}

// stage maps the stage. In doubt a release is a preview.
func (d *definition) stage() connector.Stage {
	if d.ReleaseStage == "generally_available" && !d.Custom {
		return connector.GA
	}
	return connector.Preview
}

// published is when the registry took the release in. The member releaseDate
// is of no use: it is the day of the connector's first release.
func (d *definition) published() time.Time {
	var generated struct {
		File struct {
			Modified string `json:"metadata_last_modified"`
		} `json:"source_file_info"`
	}
	if len(d.Generated.Bytes) == 0 {
		return time.Time{}
	}
	_ = strictjson.DecodeRaw(d.Generated, &generated, lenient()) // a convenience: unreadable means unknown
	t, err := time.Parse(time.RFC3339, generated.File.Modified)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// maxBreaking bounds the breaking changes of one release.
const maxBreaking = 1000

// breaking is one breaking change; its version is the member's name.
type breaking struct {
	Message  string `json:"message"`
	Deadline string `json:"upgradeDeadline"`
	Guide    string `json:"migrationDocumentationUrl"`
}

// breakingUpTo maps the breaking changes up to version v, the oldest first.
// One whose version cannot be read loses the release: nobody could be warned.
func (d *definition) breakingUpTo(v version.Version, raw strictjson.Raw, rep *report) []connector.Breaking {
	const list = "/releases/breakingChanges"
	if len(d.Releases.Breaking) > maxBreaking {
		rep.lost.Note(raw, list, "more than %d breaking changes", maxBreaking)
		return nil
	}
	var out []connector.Breaking
	for _, name := range slices.Sorted(maps.Keys(d.Releases.Breaking)) {
		b := d.Releases.Breaking[name]
		at := list + "/" + faultlist.EscapePointer(name)
		since, err := version.ParseVersion(name)
		if err != nil {
			rep.lost.Note(raw, at, "breaking change: %v", err)
			continue
		}
		if since.Compare(v) > 0 {
			continue
		}
		if strings.TrimSpace(b.Message) == "" {
			rep.minor.NoteOnce(raw, at+"/message", "breaking change without a message")
			b.Message = "The publisher names a breaking change without describing it."
		}
		change := connector.Breaking{Version: name, Message: b.Message, GuideURL: link(&rep.minor, raw, at+"/migrationDocumentationUrl", b.Guide)}
		if _, err := time.Parse(time.DateOnly, b.Deadline); err == nil {
			change.Deadline = connector.Date(b.Deadline)
		} else if b.Deadline != "" {
			rep.minor.Note(raw, at+"/upgradeDeadline", "%q is not a day like 2006-01-02; left out", clip(b.Deadline))
		}
		out = append(out, change)
	}
	slices.SortFunc(out, func(a, b connector.Breaking) int { return version.CompareVersions(a.Version, b.Version) })
	return out
}

// maxCandidates bounds the release candidates of one definition.
const maxCandidates = 100

// candidate is one release candidate and what is wrong with it.
type candidate struct {
	version string // the member's name
	raw     strictjson.Raw
	release connector.Release
	report
}

// candidates maps the release candidates: definitions inside a definition, each
// under its version. main is the release of the outer one.
func (d *definition) candidates(main *connector.Release, r role, raw strictjson.Raw, rep *report) []candidate {
	if len(d.Releases.Candidates) > maxCandidates {
		rep.lost.Note(raw, "/releases/releaseCandidates", "more than %d release candidates", maxCandidates)
		return nil
	}
	out := make([]candidate, 0, len(d.Releases.Candidates))
	for name, inner := range d.Releases.Candidates {
		out = append(out, d.candidate(name, main, r, inner, rep.budget))
	}
	slices.SortFunc(out, func(a, b candidate) int { return version.CompareVersions(b.version, a.version) })
	return out
}

func (d *definition) candidate(name string, main *connector.Release, r role, raw strictjson.Raw, budget *int) candidate {
	var def definition
	c := candidate{version: name, raw: raw, report: report{budget: budget}}
	if !decodeObject(raw, &def, &c.lost) {
		return c
	}
	if !strings.EqualFold(def.id(r), d.id(r)) {
		c.lost.NoteOnce(raw, "/"+r.idMember(), "id is not that of the definition around it")
	}
	if def.Tag != name {
		c.lost.NoteOnce(raw, "/dockerImageTag", "version is not the name %q that it stands under", clip(name))
	}
	if name == main.Version {
		c.lost.Note(raw, "", "version is already that of the definition around it")
	}
	c.release = def.release(main.Manifest.Key, raw, &c.report)
	c.release.Stage = connector.Preview
	c.release.Yanked = cmp.Or(c.release.Yanked, main.Yanked)
	return c
}
