package version

import (
	"fmt"

	"github.com/patchbay/patchbay/connector"
)

// Verdict is what came of one release, and why.
type Verdict struct {
	Version  string          `json:"version"`
	Stage    connector.Stage `json:"stage"` // the effective one (P5)
	Eligible bool            `json:"eligible"`
	Code     Code            `json:"code"`
	Rule     string          `json:"rule"`           // the number of the rule that decided, such as "P7"
	Reason   string          `json:"reason"`         // for people; never empty
	Hold     *Hold           `json:"hold,omitempty"` // the skip or pin that decided; nil with other codes. Not to be changed
}

// objections is the set of what speaks against a release, as bits.
type objections uint8

const (
	isSkipped objections = 1 << iota
	isPinned
	isYanked
	isHost
	isPolicy
	isConstraint
	isDeprecated
	isPreview
)

// judge returns the verdict on one release, and everything that speaks against
// it.
func (c *Compiled) judge(e *entry) (Verdict, objections) {
	v := Verdict{Version: e.raw, Stage: connector.GA, Eligible: true, Code: CodeEligible, Rule: ruleSelection}
	if e.preview {
		v.Stage = connector.Preview
	}
	var all objections
	against := func(bit objections, code Code, rule string, reason string) {
		all |= bit
		if v.Eligible {
			v.Eligible, v.Code, v.Rule, v.Reason = false, code, rule, reason
		}
	}
	version := e.version()
	if skip := c.skip(version); skip != nil {
		against(isSkipped, CodeSkipped, ruleSkip, "skipped"+skip.because())
		v.Hold = &skip.Hold
	}
	if pin := c.pin; pin != nil && !pin.versions.Contains(version) {
		if v.Eligible {
			v.Hold = &pin.Hold
		}
		against(isPinned, CodePinned, rulePin, fmt.Sprintf("outside the pin to %q%s", pin.Versions, pin.because()))
	}
	if why := e.yanked(); why != "" {
		against(isYanked, CodeYanked, ruleSelection, "yanked by its publisher: "+why)
	}
	if !c.runs(e) {
		against(isHost, CodeHost, ruleSelection, c.hostReason(e))
	}
	if d := c.denial(e); d != nil {
		against(isPolicy, CodePolicy, ruleSelection, d.sentence())
	}
	exact, named := c.named()
	named = named && exact.raw == e.raw
	if c.constraint.text != "" && !c.constraint.Contains(version) {
		against(isConstraint, CodeConstraint, ruleSelection, fmt.Sprintf("outside the constraint %q", c.constraint.text))
	}
	if why := e.deprecated(); why != "" && !named {
		against(isDeprecated, CodeDeprecated, ruleSelection,
			"deprecated by its publisher, so it is chosen only by its exact version: "+why)
	}
	if e.preview && !named && !c.preview {
		against(isPreview, CodePreview, rulePreview,
			"a Preview release, chosen only with the opt-in or by its exact version")
	}
	return v, all
}

func (c *Compiled) hostReason(e *entry) string {
	switch {
	case e.remarks.unreadable != nil:
		return fmt.Sprintf("what it requires of the host cannot be read: %v", e.remarks.unreadable)
	case c.host.raw == "":
		return fmt.Sprintf("requires host %q, and the host's version is not known", e.remarks.requires)
	default:
		return fmt.Sprintf("requires host %q, the host is %s", e.remarks.requires, c.host.raw)
	}
}

func (d *Denial) sentence() string {
	s := "denied by policy"
	if d.By != "" {
		s += " " + d.By
	}
	if d.Reason != "" {
		s += ": " + d.Reason
	}
	return s
}
