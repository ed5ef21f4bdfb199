package governance

import (
	"encoding/json"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Decision is the answer of an Engine, with who spoke and why. Only an Engine
// makes one: the zero value denies, and there is no way to read one back. It is
// immutable and safe for concurrent use. Record is its form for storing and showing.
type Decision struct {
	code    Code
	note    string // for code; empty: it says enough
	key     connector.Key
	scheme  string // empty: the connector as a whole
	typ     auth.Type
	binding *binding  // nil: no assignment decided
	policy  *compiled // nil: no policy decided
	rule    int32
}

// noRule is the index of no rule.
const noRule = -1

// Allowed reports whether the connection may be made.
func (d Decision) Allowed() bool { return d.code.Allows() }

// Code returns why, as one stable word.
func (d Decision) Code() Code {
	if d.code == "" {
		return CodeUndecided
	}
	return d.code
}

// Key returns the connector that was asked about.
func (d Decision) Key() connector.Key { return d.key }

// Scheme returns the ID of the scheme that was asked about; empty when it was
// the connector as a whole.
func (d Decision) Scheme() string { return d.scheme }

// Scope returns whose assignment decided; the zero value when none did.
func (d Decision) Scope() Scope {
	if d.binding == nil {
		return Scope{}
	}
	return d.binding.Scope
}

// Policy returns the ID of the policy that decided, also of one that is missing,
// or NoPolicy. It is empty when nothing is assigned.
func (d Decision) Policy() string {
	if d.binding == nil {
		return ""
	}
	return d.binding.Policy
}

// Revision returns the revision of the policy that decided; 0 when none did.
func (d Decision) Revision() int64 {
	if d.policy == nil {
		return 0
	}
	return d.policy.policy.Revision
}

// Rule returns what the rule that decided matches, and its index in
// Policy.Connectors. ok is false when no rule did.
func (d Decision) Rule() (match version.Scope, index int, ok bool) {
	if r := d.ruleOf(); r != nil {
		return r.Match, int(d.rule), true
	}
	return "", noRule, false
}

func (d Decision) ruleOf() *Rule {
	if d.policy == nil || d.rule < 0 {
		return nil
	}
	return &d.policy.policy.Connectors[d.rule]
}

// RequiresOwnApp reports whether the connection must go by the tenant's own
// registration with the provider. Of a connector as a whole it says so when that
// holds for those of its schemes that go by a registration.
func (d Decision) RequiresOwnApp() bool {
	r := d.ruleOf()
	return r != nil && r.OwnApp && d.Allowed() && (d.typ == "" || registered(d.typ))
}

// registered reports whether schemes of a type go by a registration with the
// provider.
func registered(t auth.Type) bool {
	switch t {
	case auth.OAuth1, auth.OAuth2Code, auth.ClientCredentials, auth.Device, auth.JWTBearer, auth.PrivateKeyJWT:
		return true
	default:
		return false
	}
}

// Err returns nil when the decision allows, and else a *DeniedError, which wraps
// ErrDisabledByPolicy (G10).
func (d Decision) Err() error {
	if d.Allowed() {
		return nil
	}
	return &DeniedError{d}
}

// String returns the reason.
func (d Decision) String() string { return d.Reason() }

// MarshalJSON returns the Record.
func (d Decision) MarshalJSON() ([]byte, error) { return json.Marshal(d.Record()) }

// Record is a Decision as plain data, to be stored with the connection that it
// admitted (G5) or to be shown. It is worth nothing as a Decision.
type Record struct {
	Allowed  bool          `json:"allowed"`
	Code     Code          `json:"code"`
	Reason   string        `json:"reason"` // for people; never empty
	Key      connector.Key `json:"key"`
	Scheme   string        `json:"scheme,omitempty"`
	Scope    Scope         `json:"scope,omitzero"`    // whose assignment decided
	Policy   string        `json:"policy,omitempty"`  // its ID, or NoPolicy
	Revision int64         `json:"revision,omitzero"` // of the policy
	Match    version.Scope `json:"match,omitempty"`   // of the rule that decided
	Rule     int           `json:"rule"`              // its index; -1 when no rule decided
	OwnApp   bool          `json:"ownApp,omitempty"`
}

// Record returns the decision as plain data.
func (d Decision) Record() Record {
	match, index, _ := d.Rule()
	return Record{
		Allowed: d.Allowed(), Code: d.Code(), Reason: d.Reason(), Key: d.key, Scheme: d.scheme, Scope: d.Scope(),
		Policy: d.Policy(), Revision: d.Revision(), Match: match, Rule: index, OwnApp: d.RequiresOwnApp(),
	}
}
