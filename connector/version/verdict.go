package version

import "github.com/patchbay/patchbay/connector"

// Code says in one stable word what came of a release, or of a whole selection.
type Code string

// The codes. Target and Eligible are good news. Of the others a Verdict names
// the first that applies, in the order in which they stand here: what an admin
// decided, what the publisher says, what the place demands, what this request
// asked, and last what naming the version exactly would lift.
const (
	CodeTarget     Code = "target"     // P6: the newest eligible version
	CodeEligible   Code = "eligible"   // P6: could be chosen, but a newer one is
	CodeSkipped    Code = "skipped"    // P7: a skip covers it
	CodePinned     Code = "pinned"     // P8: the deciding pin leaves it out
	CodeYanked     Code = "yanked"     // P6: withdrawn by the publisher
	CodeHost       Code = "host"       // P6: requires another host version, or the host's version is not known
	CodePolicy     Code = "policy"     // P6: Rules.Policy denies it
	CodeConstraint Code = "constraint" // P6: outside Rules.Constraint
	CodeDeprecated Code = "deprecated" // P6: deprecated, and not named exactly
	CodePreview    Code = "preview"    // P5: Preview, without the opt-in, and not named exactly

	// CodeNone is only ever the code of a Selection: no target, for several
	// reasons, or because nothing is offered.
	CodeNone Code = "none"
)

// Verdict is what came of one release, and why.
type Verdict struct {
	Version  string          `json:"version"`
	Stage    connector.Stage `json:"stage"` // the effective one (P5)
	Eligible bool            `json:"eligible"`
	Code     Code            `json:"code"`
	Rule     string          `json:"rule"`           // the number of the rule that decided, such as "P7"
	Reason   string          `json:"reason"`         // a sentence for people; never empty
	Hold     *Hold           `json:"hold,omitempty"` // the skip or pin that decided; nil with other codes. Not to be changed
}

// Selection is the outcome of a choice, explained.
type Selection struct {
	// Installed is the installed version as it was passed; empty: none. It need not be among the releases.
	Installed string `json:"installed,omitempty"`
	// Target is the newest eligible version; empty: there is none, and Why says why not.
	Target string `json:"target,omitempty"`
	// Upgrade is Target when that is newer than Installed, else empty. It is never a downgrade, and empty when
	// nothing is installed.
	Upgrade string `json:"upgrade,omitempty"`
	// Verdicts holds one for every release, newest first.
	Verdicts []Verdict `json:"verdicts"`
	// Stranded says that something is installed and no release could be chosen
	// whatever this request's Constraint: skips, pins, yanks, the host, the policy
	// or the stage took them all, or nothing is offered (P7).
	Stranded bool `json:"stranded,omitempty"`
	// Code is CodeTarget when there is a Target. Otherwise it is the code of the
	// release that the Constraint names exactly, or the one code that all releases within the Constraint share, or
	// CodeConstraint when no release is within it, or CodeNone.
	Code Code `json:"code"`
	// Why says why there is no Target, or why Installed is stranded, or why no Upgrade can be told; else it is empty.
	Why string `json:"why,omitempty"`
}
