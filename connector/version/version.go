package version

// MaxVersionBytes bounds a version string.
const MaxVersionBytes = 256

// Version is a parsed version of the strict dialect: Semantic Versioning 2.0.0
// with numbers up to 2^64-1. The zero value is no version and orders before all
// others.
type Version struct{ raw string }

// ParseVersion parses s. There is exactly one spelling of a version: no leading
// "v", no leading zeros, three numbers. The error wraps ErrInvalidVersion and
// says what is wrong.
func ParseVersion(s string) (Version, error) { return Version{raw: s}, nil }

// String returns what was parsed.
func (v Version) String() string { return v.raw }

// Prerelease returns the part after "-", without build metadata; empty for
// a release.
func (v Version) Prerelease() string { return "" }

// Build returns the part after "+"; empty when there is none.
func (v Version) Build() string { return "" }

// Compare returns -1, 0 or +1 as v is older than, identical to or newer than w. It
// is a total order: precedence (Semantic Versioning 2.0.0, item 11); versions
// that differ in build metadata only are ordered by that, bytewise, none
// first. So 0 means the identical string.
func (v Version) Compare(w Version) int { return 0 }

// CompareVersions parses and compares two versions: see Version.Compare. A
// string that is no version is older than every version, so that it is never
// the newest; two such strings compare bytewise.
func CompareVersions(a, b string) int { return 0 }
