package governance

import "fmt"

// Reason says why, in a sentence for people that names the policy, whose assignment
// decided, and the rule. It is never empty, and may change between versions: programs look
// at Code.
func (d Decision) Reason() string {
	why := d.why()
	if d.note != "" {
		why += ": " + d.note
	}
	if d.policy == nil || d.policy.policy == nil {
		return why
	}
	p := d.policy.policy
	return fmt.Sprintf("policy %q (revision %d) of %v %s", p.ID, p.Revision, d.Scope(), why)
}

// why is the reason; of a policy's decision, what follows the policy's name.
func (d Decision) why() string {
	switch d.Code() {
	case CodeUndecided:
		return "nothing was decided"
	case CodeNotLoaded, CodeInvalid:
		return "denied, because it cannot be decided"
	case CodeUngoverned:
		return "no policy is assigned, so everything is enabled"
	case CodeNoPolicy:
		return fmt.Sprintf("%v is exempt from policies, so everything is enabled", d.Scope())
	case CodeMissingPolicy:
		return fmt.Sprintf("denied, because policy %q of %v does not exist", d.Policy(), d.Scope())
	case CodeInvalidPolicy:
		return "denies everything, because it has faults: " + d.policy.fault
	case CodeAmbiguous, CodeInvalidAssignment:
		return "denied, because what is assigned cannot be told"
	case CodeDefault:
		return fmt.Sprintf("has no rule for connector %q, and enables those", d.key)
	case CodeDefaultDisabled:
		return fmt.Sprintf("has no rule for connector %q, and disables those", d.key)
	default:
		return d.ruled()
	}
}

// ruled says what a rule decided.
func (d Decision) ruled() string {
	r := d.ruleOf()
	if r == nil {
		return "denied" // no such code is without a rule
	}
	why := fmt.Sprintf("enables connector %q", d.key)
	switch d.code {
	case CodeDisabled:
		why = fmt.Sprintf("disables connector %q", d.key)
	case CodeSchemeDisabled:
		why = fmt.Sprintf("disables scheme %q (%s) of connector %q", d.scheme, d.typ, d.key)
	case CodeSchemeDefault:
		why = fmt.Sprintf("has no rule for scheme %q (%s) of connector %q, and disables those", d.scheme, d.typ, d.key)
	default:
		if d.scheme != "" {
			why += fmt.Sprintf(" with scheme %q", d.scheme)
		}
	}
	why += fmt.Sprintf(" by its rule for %q", r.Match)
	if r.Reason != "" && !d.Allowed() {
		why += ": " + r.Reason
	}
	return why
}
