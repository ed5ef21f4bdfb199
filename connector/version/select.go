package version

import (
	"errors"

	"github.com/patchbay/patchbay/connector"
)

// Selection is the outcome of a choice, explained.
type Selection struct {
	// Installed is the installed version as it was passed; empty: none. It need not
	// be among the releases, and nothing here ever invalidates it.
	Installed string `json:"installed,omitempty"`
	// Target is the newest eligible version; empty: there is none, and Why says why.
	Target string `json:"target,omitempty"`
	// Upgrade is Target when that is newer than Installed, else empty. It is never
	// a downgrade, and empty when nothing is installed.
	Upgrade string `json:"upgrade,omitempty"`
	// Verdicts holds one for every release, newest first.
	Verdicts []Verdict `json:"verdicts"`
	// Stranded says that something is installed and that no release could be
	// chosen, even without this request's Constraint: skips, pin, yanks, host,
	// policy or stage took them all, or nothing is offered (P7).
	Stranded bool `json:"stranded,omitempty"`
	// Why says why there is no Target, or why no Upgrade can be told; else it is
	// empty.
	Why string `json:"why,omitempty"`
	// Code is CodeTarget when there is a Target. Otherwise it is the code of the
	// release that the Constraint names; or else the one code that all releases
	// within the Constraint share; CodeConstraint when there is none within it; or
	// CodeNone.
	Code Code `json:"code"`
}

// Select is Compile, Rules.Compile and Set.Select in one call. All faults of
// the releases, of the installed version and of the rules are reported at once
// (see Faults). nil rules are no rules.
func Select(releases []connector.Release, installed string, rules *Rules) (*Selection, error) {
	set, errReleases := Compile(releases)
	var errInstalled error
	if installed != "" {
		if _, err := ParseVersion(installed); err != nil {
			errInstalled = &FaultError{"/installed", err}
		}
	}
	compiled, errRules := rules.Compile()
	if err := errors.Join(errReleases, errInstalled, errRules); err != nil {
		return nil, err
	}
	return set.Select(installed, compiled), nil
}

// Select chooses the newest eligible version and says of every release why it
// is or is not the choice (P6). installed is the installed version, empty for
// none; with one that is no version, there is no Upgrade and Why says so. A nil
// Compiled is no rules.
func (s *Set) Select(installed string, c *Compiled) *Selection {
	if c == nil {
		c = &Compiled{}
	}
	sel := &Selection{Installed: installed, Verdicts: make([]Verdict, s.Len()), Code: CodeTarget}
	choosable := false // but for the constraint
	target := -1
	for i := range sel.Verdicts {
		v, against := c.judge(&s.entries[i])
		choosable = choosable || against&^isConstraint == 0
		if v.Eligible {
			if target < 0 {
				target = i
				v.Code, v.Reason = CodeTarget, "the newest eligible version"
			} else {
				v.Reason = "eligible, but " + s.entries[target].raw + " is newer"
			}
		}
		sel.Verdicts[i] = v
	}
	sel.Stranded = installed != "" && !choosable
	if target < 0 {
		sel.Code, sel.Why = s.whyNone(sel, c)
		return sel
	}
	sel.Target = sel.Verdicts[target].Version
	if installed != "" {
		if v, err := ParseVersion(installed); err != nil {
			sel.Why = "no upgrade can be told from what is installed: " + err.Error()
		} else if s.entries[target].version().Compare(v) > 0 {
			sel.Upgrade = sel.Target
		}
	}
	return sel
}
