package version

import "time"

// Hold is the record of a skip (P7) or a pin (P8): which versions of which
// connectors, why, by whom and for how long. A skip leaves its Versions out of
// the choice; a pin leaves out all others.
type Hold struct {
	ID       string    `json:"id"`
	Scope    Scope     `json:"scope"`
	Versions string    `json:"versions"` // an exact version, build metadata included, or a range; see ParseRange
	Reason   string    `json:"reason"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Expires  time.Time `json:"expires,omitzero"` // from this instant on the hold no longer counts; zero: never
}

// Expired reports whether the hold no longer counts at the instant now. At
// the zero time nothing has expired.
func (h *Hold) Expired(now time.Time) bool {
	return !h.Expires.IsZero() && !now.IsZero() && !now.Before(h.Expires)
}

// Validate returns every fault of the hold's Scope and Versions at once,
// joined, or nil. Empty Versions are a fault: a hold never means any version by
// omission.
func (h *Hold) Validate() error { return nil }

// Matches reports whether v is one of the hold's Versions, whatever its Scope
// and expiry. A hold or version that is invalid matches nothing.
func (h *Hold) Matches(v string) bool { return false }
