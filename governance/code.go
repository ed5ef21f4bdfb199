package governance

// Code says in one stable word why a Decision is what it is.
type Code string

// The codes that allow.
const (
	CodeUngoverned Code = "ungoverned" // G1: nothing is assigned at any level
	CodeNoPolicy   Code = "noPolicy"   // G2: NoPolicy is assigned
	CodeEnabled    Code = "enabled"    // G4: a rule enables the connector, and nothing disables the scheme
	CodeDefault    Code = "default"    // G4: no rule matches, and the policy's Default enables
)

// The codes by which a policy denies.
const (
	CodeDisabled        Code = "disabled"        // G4: a rule disables the connector
	CodeDefaultDisabled Code = "defaultDisabled" // G4: no rule matches, and the policy's Default disables
	CodeSchemeDisabled  Code = "schemeDisabled"  // G4: the rule disables the scheme, by id or type
	CodeSchemeDefault   Code = "schemeDefault"   // G4: the rule does not name the scheme, and its SchemeDefault disables
)

// The codes by which an evaluation that is not possible denies (G9).
const (
	CodeUndecided     Code = "undecided"     // the zero Decision
	CodeNotLoaded     Code = "notLoaded"     // the Engine is nil, zero, or holds an assignment that nobody can place
	CodeMissingPolicy Code = "missingPolicy" // the assigned policy does not exist
	CodeInvalidPolicy Code = "invalidPolicy" // the assigned policy has faults
	CodeAmbiguous     Code = "ambiguous"     // two assignments have an equal claim
	CodeInvalid       Code = "invalid"       // what was asked: no tenant, no valid key, no known scheme

	CodeInvalidAssignment Code = "invalidAssignment" // the assignment that decides has faults
)

// Allows reports whether decisions with this code allow.
func (c Code) Allows() bool {
	switch c {
	case CodeUngoverned, CodeNoPolicy, CodeEnabled, CodeDefault:
		return true
	default:
		return false
	}
}
