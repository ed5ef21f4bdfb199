package version

import (
	"time"
)

// Rules are the inputs of a choice besides the releases and what is installed
// (P6). The zero value, like a nil *Rules, means no rules: the newest GA
// release that is neither yanked nor deprecated and that requires no host.
type Rules struct {
	// Constraint is what this request asks for: empty for any version, an exact
	// version, or a range (see ParseRange). An exact version means the identical
	// string, build metadata included; naming a release exactly also accepts its
	// being Preview or deprecated.
	Constraint string
	// Skips are left out of the choice (P7). The caller passes those that cover the
	// connector. Expired ones do not count.
	Skips []Hold
	// Pins hold the connector to a range (P8). The caller passes those that cover
	// the connector; of the unexpired ones exactly one decides: the narrowest Scope,
	// then the latest At, then the smallest ID.
	Pins []Hold
	// Preview makes Preview releases eligible without naming them.
	Preview bool
	// Host is the version of the embedding program, which a release's Requires is
	// held against. Empty: every release with a Requires is refused.
	Host string
	// Now judges expiry of Skips and Pins. Zero: nothing has expired.
	Now time.Time
	// Policy says whether a release may be chosen: nil means yes. It is part of
	// choosing, so that a newer denied release never hides an older allowed one.
	// It must answer the same every time, and be safe for as many goroutines as use
	// the Compiled.
	Policy func(Candidate) *Denial
}

// Denial is why a policy does not allow a release.
type Denial struct {
	By     string `json:"by"` // such as a policy's id
	Reason string `json:"reason"`
}
