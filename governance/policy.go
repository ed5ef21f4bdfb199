package governance

import (
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Effect says what a policy does with what it names. Only new connections are
// meant (G5).
type Effect string

// The effects. Wherever a rule states one there is no default.
const (
	Enable  Effect = "enable"
	Disable Effect = "disable"
)

// Policy is a set of rules on connectors and their schemes (G4). It says
// nothing about whom it binds: an Assignment does. At most one policy decides
// for a subject; policies are never merged (G2), and neither are the rules of
// one policy: for each connector the most specific one decides, whole.
//
// The zero value but for an ID allows everything. ParsePolicy reads a policy,
// Validate checks one, PolicySchema describes the document.
type Policy struct {
	// ID names the policy: [a-z0-9], then also '.', '_' and '-', at most
	// MaxPolicyIDBytes.
	ID string `json:"id"`
	// Name is shown to people; empty means the ID.
	Name string `json:"name,omitempty"`
	// Description is what the policy is for.
	Description string `json:"description,omitempty"`
	// Revision is that of the stored policy. The store sets it; a policy that is
	// to be written carries the one it was based on, 0 for a new one (G12).
	Revision int64 `json:"revision,omitempty"`
	// Default is the effect on connectors that no rule matches; empty means Enable
	// (G1). With Disable, the connectors that rules enable are an allow-list, and an
	// empty one denies all. It must be left out beside a rule for "*".
	Default Effect `json:"default,omitempty"`
	// Connectors are the rules, at most MaxRules, in any order, no two with the
	// same Match.
	Connectors []Rule `json:"connectors,omitempty"`
}

// Rule is what a policy says of the connectors that it matches.
type Rule struct {
	// Match is one connector's key, a publisher ("acme/*") or "*". A key is more
	// specific than a publisher, and that than "*"; only the most specific rule counts.
	Match version.Scope `json:"match"`
	// Effect on the connector as a whole; it must be stated. With Disable, the
	// fields on schemes and presets have no meaning.
	Effect Effect `json:"effect"`
	// Reason is told to those whom the rule denies something.
	Reason string `json:"reason,omitempty"`
	// SchemeDefault is the effect on schemes that Schemes does not name; empty means
	// Enable. With Disable, the schemes that are enabled are an allow-list, and an
	// empty one denies all.
	SchemeDefault Effect `json:"schemeDefault,omitempty"`
	// Schemes are rules on schemes, at most MaxSchemeRules. One that names an id is
	// more specific than one that names a type.
	Schemes []SchemeRule `json:"schemes,omitempty"`
	// OwnApp requires the tenant's own registration with the provider for every
	// scheme that goes by one: OAuth1 and all of OAuth 2.0.
	OwnApp bool `json:"ownApp,omitempty"`
	// Presets are parameter values, at most MaxPresets, no two for the same
	// scheme and parameter.
	Presets []Preset `json:"presets,omitempty"`
}

// SchemeRule enables or disables one scheme, or all of one type. Exactly one of
// ID and Type is stated.
type SchemeRule struct {
	ID     string    `json:"id,omitempty"`   // an auth.Scheme's ID
	Type   auth.Type `json:"type,omitempty"` // every scheme of this type
	Effect Effect    `json:"effect"`
}

// Bounds of a policy. More is a fault, never cut off.
const (
	MaxPolicyBytes      = 16 << 20 // of a document
	MaxPolicyIDBytes    = 128
	MaxRules            = 50_000
	MaxSchemeRules      = 256 // in one rule
	MaxPresets          = 1024
	MaxNameBytes        = 512
	MaxDescriptionBytes = 16 << 10
	MaxReasonBytes      = 2048
)

// Clone returns a deep copy.
func (p *Policy) Clone() *Policy {
	if p == nil {
		return nil
	}
	c := *p
	c.Connectors = slices.Clone(p.Connectors)
	for i := range c.Connectors {
		r := &c.Connectors[i]
		r.Schemes = slices.Clone(r.Schemes)
		r.Presets = slices.Clone(r.Presets)
		for j := range r.Presets {
			r.Presets[j].Value = cloneValue(r.Presets[j].Value)
		}
	}
	return &c
}

// covering returns the index of the rule that decides on a connector, or -1.
// The Engine has an index for it; both must agree.
func (p *Policy) covering(key connector.Key) int {
	best := -1
	for i := range p.Connectors {
		m := p.Connectors[i].Match
		if m.Covers(key) && (best < 0 || m.Narrowness() > p.Connectors[best].Match.Narrowness()) {
			best = i
		}
	}
	return best
}
