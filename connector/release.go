package connector

import "time"

// Stage says how finished a release is.
type Stage string

// The stages. GA is the absence of a tag in a UI.
const (
	GA      Stage = "GA"
	Preview Stage = "Preview"
)

// Release is one version of a connector. It is immutable: the same key and
// version never comes with another digest (P15).
type Release struct {
	Version    string     `json:"version"`
	Stage      Stage      `json:"stage,omitempty"` // as the feed says; see EffectiveStage
	Published  time.Time  `json:"published,omitzero"`
	Notes      string     `json:"notes,omitempty"`
	Deprecated string     `json:"deprecated,omitempty"` // the message; empty means not deprecated
	Yanked     string     `json:"yanked,omitempty"`     // the reason; empty means not yanked
	Requires   string     `json:"requires,omitempty"`   // constraint on the host's version
	Breaking   []Breaking `json:"breaking,omitempty"`   // every breaking change up to this version that the publisher still names
	Artifact   Artifact   `json:"artifact"`
	Manifest   *Manifest  `json:"manifest,omitempty"` // nil where the feed does not serve it
}

// Breaking is a change that asks something of whoever upgrades across Version.
type Breaking struct {
	Version  string `json:"version"`
	Message  string `json:"message"`
	Deadline Date   `json:"deadline,omitempty"` // last day, UTC, on which the old version is supported
	GuideURL string `json:"guideURL,omitempty"`
}
