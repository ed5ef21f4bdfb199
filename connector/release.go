package connector

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Stage says how finished a release is. The zero value means GA.
type Stage string

// The stages. GA is the absence of a tag in a UI.
const (
	GA      Stage = "GA"
	Preview Stage = "Preview"
)

// Release is one version of a connector. It is immutable: the same key and
// version never comes with another digest (P15).
type Release struct {
	Version    string     `json:"version"`         // as CheckVersion accepts; the whole string is its identity
	Stage      Stage      `json:"stage,omitempty"` // as the feed says; see EffectiveStage
	Published  time.Time  `json:"published,omitzero"`
	Notes      string     `json:"notes,omitempty"`
	Deprecated string     `json:"deprecated,omitempty"` // the message; empty means not deprecated
	Yanked     string     `json:"yanked,omitempty"`     // the reason; empty means not yanked
	Requires   string     `json:"requires,omitempty"`   // constraint on the host's version, in the grammar of package version
	Breaking   []Breaking `json:"breaking,omitempty"`   // every breaking change up to this version that the publisher still names
	Artifact   Artifact   `json:"artifact"`
	Manifest   *Manifest  `json:"manifest,omitempty"` // nil where the feed does not serve it
}

// Breaking is a change that asks something of whoever upgrades across Version.
type Breaking struct {
	Version  string `json:"version"`
	Message  string `json:"message"`
	Deadline Date   `json:"deadline,omitempty"` // last day, UTC, on which the old version is supported
	GuideURL string `json:"guideURL,omitempty"` // absolute, http or https
}

// EffectiveStage returns the stage that counts: Preview for a version with a
// pre-release part whatever the feed says (P5), and for any stage that is not
// GA.
func (r *Release) EffectiveStage() Stage {
	if prerelease(r.Version) || (r.Stage != "" && r.Stage != GA) {
		return Preview
	}
	return GA
}

// Digest returns what identifies the release's content (P15): the digest of the
// artifact's bytes or, for a MediaReference, which has none here, the SHA-256 of
// the reference, the digest it states and the manifest in canonical JSON. It is
// "" for a release that states no digest, and for a reference with a manifest
// that has no JSON.
func (r *Release) Digest() Digest {
	if r.Artifact.MediaType != MediaReference {
		return r.Artifact.Digest
	}
	manifest, err := r.Manifest.canonical()
	if err != nil {
		return ""
	}
	// None of the first three lines can contain a line break in a valid release.
	h := sha256.New()
	for _, part := range []string{MediaReference, r.Artifact.URL, string(r.Artifact.Digest), string(manifest)} {
		h.Write([]byte(part + "\n"))
	}
	return Digest(SHA256 + ":" + hex.EncodeToString(h.Sum(nil)))
}
