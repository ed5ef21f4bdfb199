package connector

import (
	"fmt"
	"slices"
)

// Bounds of the model that have no constant of their own.
const (
	maxName     = 512      // bytes of a title or name
	maxLongText = 64 << 10 // bytes of a description or note
	maxIcon     = 64 << 10 // bytes of an icon's URL, which may be a data URL
	maxBreaking = 1000
	maxList     = 256 // categories, build targets
	maxRequires = 256 // bytes, as package version bounds a range
)

// Validate returns everything that is wrong with the connector and its releases,
// in the order of the fields, or nil. Pointers are relative to the connector.
func (c *Connector) Validate() []Fault {
	var check checker
	check.connector(c)
	first := make(map[string]int, len(c.Releases))
	for i := range c.Releases {
		r := &c.Releases[i]
		check.enter("releases", i)
		check.release(r, c.Key)
		if at, twice := first[r.Version]; twice {
			check.add("version", twiceReason(r, &c.Releases[at], fmt.Sprintf("/releases/%d", at)))
		} else {
			first[r.Version] = i
		}
		check.leave()
	}
	return check.faults()
}

// connector checks everything but the releases.
func (c *checker) connector(k *Connector) {
	c.add("key", keyReason(string(k.Key)))
	c.title("name", k.Name)
	c.text("description", k.Description, maxLongText)
	c.text("publisher", k.Publisher, maxName)
	c.names("categories", k.Categories)
	if len(k.Icon) > maxIcon {
		c.text("icon", k.Icon, maxIcon)
	} else {
		c.optional("icon", k.Icon, iconReason)
	}
	c.optional("docsURL", k.DocsURL, absoluteReason)
	if len(k.Releases) == 0 {
		c.add("releases", "there is none")
	}
}

// release checks one release of the connector key.
func (c *checker) release(r *Release, key Key) {
	c.add("version", versionReason(r.Version))
	if r.Stage != "" && r.Stage != GA && r.Stage != Preview {
		c.add("stage", fmt.Sprintf("it is %s, want %q or %q", quote(string(r.Stage)), GA, Preview))
	}
	c.text("notes", r.Notes, maxLongText)
	c.text("deprecated", r.Deprecated, maxLongText)
	c.text("yanked", r.Yanked, maxLongText)
	c.text("requires", r.Requires, maxRequires)
	if len(r.Breaking) > maxBreaking {
		c.add("breaking", tooMany(len(r.Breaking), maxBreaking))
	} else {
		for i := range r.Breaking {
			c.enter("breaking", i)
			c.breaking(&r.Breaking[i])
			c.leave()
		}
	}
	c.into("artifact")
	c.artifact(&r.Artifact)
	c.out()
	if m := r.Manifest; m != nil {
		c.into("manifest")
		c.manifest(m)
		if m.Key != key && m.Key.Valid() {
			c.add("key", fmt.Sprintf("it is %s, but the connector's is %s", quote(string(m.Key)), quote(string(key))))
		}
		if m.Version != r.Version && versionReason(m.Version) == "" {
			c.add("version", fmt.Sprintf("it is %s, but the release's is %s", quote(m.Version), quote(r.Version)))
		}
		c.out()
	}
}

func (c *checker) breaking(b *Breaking) {
	c.add("version", versionReason(b.Version))
	if b.Message == "" {
		c.add("message", "it is missing")
	}
	c.text("message", b.Message, maxLongText)
	if b.Deadline != "" && b.Deadline.End().IsZero() {
		c.add("deadline", "it is "+quote(string(b.Deadline))+", "+dateReason)
	}
	c.optional("guideURL", b.GuideURL, absoluteReason)
}

func (c *checker) artifact(a *Artifact) {
	if a.MediaType != "" && !mediaType(a.MediaType) {
		c.add("mediaType", "want a media type such as "+MediaPackageTarGzip)
	}
	if a.MediaType == MediaReference {
		c.add("url", referenceReason(a.URL))
		c.optional("digest", string(a.Digest), digestReason)
	} else {
		c.add("url", locationReason(a.URL))
		c.add("digest", digestReason(string(a.Digest)))
	}
	if a.Size < 0 {
		c.add("size", fmt.Sprintf("it is %d, want bytes from 0", a.Size))
	}
}

// mediaType reports whether s is a media type without parameters (RFC 6838
// section 4.2).
func mediaType(s string) bool {
	slashes := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '/' && i > 0 && i < len(s)-1:
			slashes++
		case slices.Contains([]byte("!#$&-^_.+"), c) && i > 0 && s[i-1] != '/':
		default:
			return false
		}
	}
	return slashes == 1 && len(s) <= 255
}

// twiceReason says that a release states the version of an earlier one.
func twiceReason(r, first *Release, at string) string {
	if a, b := r.Digest(), first.Digest(); a != b {
		return fmt.Sprintf("a release is immutable: version %s is stated at %s already, with digest %s instead of %s",
			quote(r.Version), at, shown(b), shown(a))
	}
	return fmt.Sprintf("version %s is stated at %s already, with the same digest", quote(r.Version), at)
}

func shown(d Digest) string {
	if d.Valid() {
		return string(d)
	}
	return quote(string(d))
}
