package governance

import (
	"github.com/patchbay/patchbay/connector/version"
)

// PresetMode says how binding a preset is. It must be stated.
type PresetMode string

// The modes.
const (
	PresetFixed   PresetMode = "fixed"   // the value is this one, and no other is accepted
	PresetDefault PresetMode = "default" // the value is this one unless another is given
)

// Preset is the value of a parameter, given by a policy (G4). It reaches those
// schemes of the matched connectors that have the parameter; Policy.Check tells
// where it does not fit.
type Preset struct {
	// Scheme is an auth.Scheme's ID; empty means every scheme. For one parameter, a
	// preset that names the scheme goes before one that does not.
	Scheme string `json:"scheme,omitempty"`
	// Param is an auth.Param's key.
	Param string `json:"param"`
	// Value is the value in the clear: a string, a number of any Go type, a bool,
	// or a list or object of such. It is neither nil nor an empty text or list.
	// Exactly one of Value and Secret is stated: Secret for an auth.Param that is
	// Secret, Value for any other.
	Value any `json:"value,omitempty"`
	// Secret is the value of a secret parameter.
	Secret Secret `json:"secret,omitzero"`
	// Mode says whether another value may be given.
	Mode PresetMode `json:"mode"`
	// Hidden leaves the parameter out of forms. Then no other value is accepted,
	// whatever the Mode.
	Hidden bool `json:"hidden,omitempty"`
}

// PresetField names the place of a preset in a policy. A secret is sealed for one
// place and does not open in another.
type PresetField struct {
	Policy string        `json:"policy"`
	Match  version.Scope `json:"match"`
	Scheme string        `json:"scheme,omitempty"`
	Param  string        `json:"param"`
}

// String returns the place as one unambiguous text, for example to be bound to
// what is sealed.
func (f PresetField) String() string {
	return f.Policy + " " + string(f.Match) + " " + f.Scheme + " " + f.Param // none contains a space
}

func fieldOf(p *Policy, r *Rule, preset *Preset) PresetField {
	return PresetField{Policy: p.ID, Match: r.Match, Scheme: preset.Scheme, Param: preset.Param}
}

// presetsFor returns the presets that a rule has for a scheme, by parameter: of
// two for one parameter the one that names the scheme.
func (r *Rule) presetsFor(scheme string) map[string]*Preset {
	found := map[string]*Preset{}
	for i := range r.Presets {
		p := &r.Presets[i]
		if p.Scheme == scheme || p.Scheme == "" && found[p.Param] == nil {
			found[p.Param] = p
		}
	}
	return found
}
