package version

// Code says in one stable word what came of a release, or of a whole
// selection.
type Code string

// The codes. Target and Eligible are good news. Of the others a Verdict names
// the first that applies, in the order in which they stand here: what an admin
// decided, what the publisher withdrew, what the place demands, what this
// request asked, and last what naming the version exactly would lift.
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

// The rules that a Verdict names.
const (
	rulePreview   = "P5"
	ruleSelection = "P6"
	ruleSkip      = "P7"
	rulePin       = "P8"
)
