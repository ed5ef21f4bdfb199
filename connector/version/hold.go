package version

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

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
	return !h.Expires.IsZero() && !now.Before(h.Expires)
}

// Validate returns every fault of the hold's Scope and Versions at once (see
// Faults), or nil. Empty Versions are a fault: a hold never means any version
// by omission.
func (h *Hold) Validate() error {
	_, faults := h.compile("")
	return errors.Join(faults...)
}

// Matches reports whether v is one of the hold's Versions, whatever its Scope
// and expiry. Versions that are no range and a v that is no version match
// nothing.
func (h *Hold) Matches(v string) bool {
	r, errR := ParseRange(h.Versions)
	parsed, errV := ParseVersion(v)
	return errR == nil && errV == nil && r.Contains(parsed)
}

// held is a Hold with its Versions parsed.
type held struct {
	Hold

	versions Range
}

// compile parses the hold. The faults' pointers begin with pointer.
func (h *Hold) compile(pointer string) (held, []error) {
	var faults []error
	if err := h.Scope.Validate(); err != nil {
		faults = append(faults, &FaultError{pointer + "/scope", err})
	}
	versions, err := ParseRange(h.Versions)
	if err != nil {
		faults = append(faults, &FaultError{pointer + "/versions", err})
	}
	return held{*h, versions}, faults
}

// sortHolds puts the one that decides first: the narrowest scope, then the
// latest, then the smallest ID (P8). Versions break the last tie, so that the
// order of the input never matters.
func sortHolds(hs []held) {
	slices.SortFunc(hs, func(a, b held) int {
		return cmp.Or(
			cmp.Compare(b.Scope.Narrowness(), a.Scope.Narrowness()),
			b.At.Compare(a.At),
			strings.Compare(a.ID, b.ID),
			strings.Compare(a.Versions, b.Versions),
		)
	})
}

// because ends a sentence with who made the hold, why, and until when.
func (h *Hold) because() string {
	var s strings.Builder
	if h.By != "" {
		s.WriteString(" by " + h.By)
	}
	if !h.Expires.IsZero() {
		s.WriteString(" until " + h.Expires.UTC().Format(time.RFC3339))
	}
	if h.Reason != "" {
		s.WriteString(": " + h.Reason)
	}
	return s.String()
}
