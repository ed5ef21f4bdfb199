package governance

import "github.com/patchbay/patchbay/auth"

// Field is one field of a form, with what the policy says of it.
type Field struct {
	// Param is the parameter as the form shows it. A preset value in the clear is
	// its Default; one that is preset is never required.
	Param auth.Param `json:"param"`
	// Preset is the mode of the preset, empty for none. A PresetFixed field is only
	// shown. Of a secret nothing but this is known.
	Preset PresetMode `json:"preset,omitempty"`
}

// Form returns the fields that a form asks for, in the order in which it shows
// them: those that params show, without those that the policy hides. A decision that
// denies has no form. params is not changed; it is that of the decision's scheme.
func (d Decision) Form(params []auth.Param) []Field {
	if !d.Allowed() {
		return nil
	}
	presets := d.presets()
	visible := auth.Visible(params)
	fields := make([]Field, 0, len(visible))
	for _, p := range visible {
		preset := presets[p.Key]
		if preset == nil {
			fields = append(fields, Field{Param: p})
			continue
		}
		if preset.Hidden {
			continue
		}
		if p.Role == auth.RoleRequired {
			p.Role = auth.RoleOptional
		}
		if preset.Secret.IsZero() && !p.Secret {
			p.Default = cloneValue(preset.Value)
		}
		fields = append(fields, Field{Param: p, Preset: preset.Mode})
	}
	return fields
}

// Presets returns the presets that apply to the decision's scheme, in the order
// of the policy. Nothing can be taken of their secrets.
func (d Decision) Presets() []Preset {
	var list []Preset
	r := d.ruleOf()
	if r == nil {
		return nil
	}
	applying := d.presets()
	for i := range r.Presets {
		if p := r.Presets[i]; applying[p.Param] == &r.Presets[i] {
			p.Secret, p.Value = p.Secret.mask(), cloneValue(p.Value)
			list = append(list, p)
		}
	}
	return list
}

// presets returns those that apply, by parameter.
func (d Decision) presets() map[string]*Preset {
	r := d.ruleOf()
	if r == nil || !d.Allowed() || d.scheme == "" {
		return nil
	}
	return r.presetsFor(d.scheme)
}
