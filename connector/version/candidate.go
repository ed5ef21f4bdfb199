package version

import (
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Candidate is a release as far as choosing goes. Its members are those of a
// connector.Release.
type Candidate struct {
	Version string `json:"version"`
	// Stage is the effective one (P5) of what a Set returns; what is given to a Set may
	// have the one that the feed says.
	Stage      connector.Stage `json:"stage,omitempty"`
	Published  time.Time       `json:"published,omitzero"`   // zero: not known
	Deprecated string          `json:"deprecated,omitempty"` // the message; empty means not deprecated
	Yanked     string          `json:"yanked,omitempty"`     // the reason; empty means not yanked
	Requires   string          `json:"requires,omitempty"`   // constraint on the host's version
}

// CandidateOf returns what choosing needs of a release.
func CandidateOf(r *connector.Release) Candidate {
	return Candidate{
		Version: r.Version, Stage: r.EffectiveStage(), Published: r.Published,
		Deprecated: r.Deprecated, Yanked: r.Yanked, Requires: r.Requires,
	}
}
