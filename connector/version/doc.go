// Package version chooses a version of a connector, and says of every other
// version why it was not chosen.
//
// [Select] is one pure function of the releases, the installed version and the
// [Rules]: no I/O, no clock, no state (rules P5 to P8). A program that asks often
// makes a [Set] of the releases and a [Compiled] of the rules once and asks
// those; [Set.Newest] then answers without allocating.
//
// # Versions
//
// A version is a string of Semantic Versioning 2.0.0 in its one spelling: three
// numbers (up to 2^64-1), no leading "v", no leading zeros, at most
// [MaxVersionBytes] long. Its identity is the whole string, build metadata
// included. [Version.Compare] is a total order: precedence first, then, between
// builds of one version, the build metadata bytewise, none first.
//
// A string that is no version is an error wherever one is read. Where an order
// is needed all the same ([CompareVersions]), it is older than every version,
// never the newest.
//
// # Ranges
//
// [ParseRange] reads what Masterminds/semver reads:
//
//	1.2.3, =1.2.3            that version, identical to the last character
//	>1.2.3 >=1.2.3 <2 <=2.1  plain precedence; <=2.1 includes 2.1.9, >2.1 does not
//	~1.2.3                   >=1.2.3, below every 1.3.0
//	^1.2.3 ^0.2.3 ^0.0.3     up to the first number that is not 0
//	1.2.x, 1.2.*, 1.2, 1, *  any value in the place of the wildcard; * is every version
//	1.2.3 - 2.3              >=1.2.3 <=2.3
//	>=1.0.0 <2.0.0           both; a comma may stand between
//	1.2.x || >=2.1.0         either
//
// Comparators know nothing of stages: "<2.0.0" contains 2.0.0-rc.1, so that a skip
// of it leaves out what it says. "~", "^" and wildcards end below the
// pre-releases of the next version and begin at the version itself: "^1.0.0"
// contains neither 2.0.0-rc.1 nor 1.0.0-rc.1. Which Preview releases may be
// chosen is decided apart from ranges.
//
// It differs from Masterminds/semver on purpose, and a test pins each difference:
// an exact version never means another build; "!=" is refused, since a skip does
// that and keeps the reason; so are "v1.2.3", "01.2.3", "1.x.3", "1.2-beta", "=>",
// "=<", "~>", an operator before a bare wildcard, build metadata after any
// operator but "=", and a range that no version can be in; "~0.0.0" means
// >=0.0.0 <0.1.0 and not everything, "*" also the pre-releases of 0.0.0; numeric pre-release identifiers above 2^64-1
// are still numbers. A range has at most [MaxRangeBytes] bytes and
// [MaxRangeTerms] comparators.
//
// # Choosing
//
// A release is eligible unless something speaks against it; the newest eligible
// one is the target. What can speak against it, in the order in which a
// [Verdict] names it:
//
//	skipped     a skip covers it (P7)
//	pinned      the deciding pin leaves it out (P8)
//	yanked      its publisher withdrew it
//	host        its Requires does not contain Rules.Host, or cannot be read, or there is no Rules.Host
//	policy      Rules.Policy denies it
//	constraint  Rules.Constraint does not contain it
//	deprecated  its publisher deprecated it
//	preview     it is Preview, by its feed or by its version (P5), and Rules.Preview is not set
//
// A Constraint that is an exact version names it: that lifts "deprecated" and
// "preview" and nothing else. Asked for by name, a release that is skipped, pinned
// out, yanked, denied or not for this host is refused with that reason. If only
// other builds of the version are offered, they are listed, and none is taken.
//
// Skips work as a set, each on its own; an exact one hides the identical string
// only. Of the pins exactly one decides: the narrowest [Scope], then the latest At,
// then the smallest ID. A hold counts until the instant it expires; neither kind
// ever invalidates what is installed. When something is installed and nothing
// at all is eligible, even without the constraint, the [Selection] is
// Stranded and says why.
//
// The upgrade is the target if that is newer than what is installed; there is no
// downgrade.
package version
