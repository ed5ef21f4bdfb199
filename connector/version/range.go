package version

// Bounds of a range.
const (
	MaxRangeBytes = 256
	MaxRangeTerms = 32 // comparators, over all alternatives; a hyphen range counts as two
)

// Range is a set of versions, parsed by ParseRange. It is immutable and safe
// for concurrent use. The zero Range contains nothing.
type Range struct{ text string }

// ParseRange parses an exact version or a range; the grammar and its meaning
// stand in the package documentation. The error wraps ErrInvalidRange and says
// what is wrong. An empty s is an error.
func ParseRange(s string) (Range, error) { return Range{text: s}, nil }

// Contains reports whether v is in the range, by plain precedence: "<2.0.0"
// contains 2.0.0-rc.1.
func (r Range) Contains(v Version) bool { return false }

// Exact returns the one version that the range names, and whether it is an
// exact version at all ("1.2.3" or "=1.2.3").
func (r Range) Exact() (Version, bool) { return Version{}, false }

// String returns what was parsed.
func (r Range) String() string { return r.text }
