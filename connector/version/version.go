package version

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// MaxVersionBytes bounds a version string.
const MaxVersionBytes = 256

// maxQuoted bounds how much of a faulty input an error repeats.
const maxQuoted = 64

// Version is a parsed version of the strict dialect: Semantic Versioning 2.0.0
// with numbers up to 2^64-1. The zero value is no version and orders before
// all others.
type Version struct {
	raw                 string
	pre, build          string // parts of raw
	major, minor, patch uint64
}

// ParseVersion parses s. There is exactly one spelling of a version: three
// numbers, no leading "v", no leading zeros, no spaces. The error wraps
// ErrInvalidVersion and says what is wrong.
func ParseVersion(s string) (Version, error) {
	v, why := parseVersion(s)
	if why != "" {
		return Version{}, fmt.Errorf("%w %s: %s", ErrInvalidVersion, quote(s), why)
	}
	return v, nil
}

// parseVersion says in words what is wrong; empty: nothing.
func parseVersion(s string) (Version, string) {
	if len(s) > MaxVersionBytes {
		return Version{}, fmt.Sprintf("%d bytes, the limit is %d", len(s), MaxVersionBytes)
	}
	if v, ok := plainVersion(s); ok {
		return v, ""
	}
	v, err := semver.StrictNewVersion(s)
	if err != nil {
		return Version{}, whyInvalid(s, err)
	}
	return Version{
		raw: s, pre: v.Prerelease(), build: v.Metadata(),
		major: v.Major(), minor: v.Minor(), patch: v.Patch(),
	}, ""
}

// plainVersion parses three numbers, which most versions are, without allocating. ok is false
// for all that it leaves to the parser.
func plainVersion(s string) (v Version, ok bool) {
	numbers := [...]*uint64{&v.major, &v.minor, &v.patch}
	n, start := 0, 0
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || s[i] == '.':
			if size := i - start; n == len(numbers) || size == 0 || size > 1 && s[start] == '0' {
				return Version{}, false
			}
			n, start = n+1, i+1
		case s[i] < '0' || s[i] > '9' || n == len(numbers) || i-start >= maxPlainDigits:
			return Version{}, false
		default:
			*numbers[n] = *numbers[n]*10 + uint64(s[i]-'0')
		}
	}
	v.raw = s
	return v, n == len(numbers)
}

// maxPlainDigits is how many digits fit in 64 bits, whatever they are.
const maxPlainDigits = 19

// whyInvalid puts the usual mistakes into plainer words than the parser does.
func whyInvalid(s string, err error) string {
	core, _, _ := strings.Cut(s, "+")
	core, _, _ = strings.Cut(core, "-")
	switch {
	case s == "":
		return "it is empty"
	case strings.TrimSpace(s) != s:
		return "it has spaces around it"
	case s[0] == 'v' || s[0] == 'V':
		return `a version has no leading "v"`
	case strings.Count(core, ".") != 2:
		return "a version is three numbers, such as 1.2.3"
	default:
		return err.Error()
	}
}

// String returns what was parsed.
func (v Version) String() string { return v.raw }

// Prerelease returns the part after "-", without build metadata; it is empty
// for a version that is no pre-release.
func (v Version) Prerelease() string { return v.pre }

// Build returns the build metadata, the part after "+"; empty when there is
// none.
func (v Version) Build() string { return v.build }

// Compare returns -1, 0 or +1 as v is older than, identical to or newer than
// w. It is a total order: first precedence (Semantic Versioning 2.0.0, item 11);
// versions that differ in build metadata only are ordered by that, bytewise,
// none first. So 0 means the identical string.
func (v Version) Compare(w Version) int {
	if v.raw == "" || w.raw == "" {
		return cmp.Compare(len(v.raw), len(w.raw))
	}
	if c := precedence(&v, &w); c != 0 {
		return c
	}
	return strings.Compare(v.build, w.build)
}

// precedence compares without build metadata. Pointers, since copies would take
// most of the time.
func precedence(v, w *Version) int {
	if c := cmp.Compare(v.major, w.major); c != 0 {
		return c
	}
	if c := cmp.Compare(v.minor, w.minor); c != 0 {
		return c
	}
	if c := cmp.Compare(v.patch, w.patch); c != 0 {
		return c
	}
	switch {
	case v.pre == w.pre:
		return 0
	case v.pre == "":
		return 1
	case w.pre == "":
		return -1
	default:
		return comparePrerelease(v.pre, w.pre)
	}
}

// CompareVersions parses and compares two versions: see Version.Compare. A
// string that is no version is older than every version, so that it is never
// the newest; two such strings compare bytewise.
func CompareVersions(a, b string) int {
	v, errA := ParseVersion(a)
	w, errB := ParseVersion(b)
	switch {
	case errA == nil && errB == nil:
		return v.Compare(w)
	case errA == nil:
		return 1
	case errB == nil:
		return -1
	default:
		return strings.Compare(a, b)
	}
}

// quote quotes s for an error, shortened.
func quote(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%q…", s[:maxQuoted])
	}
	return fmt.Sprintf("%q", s)
}
