package governance

import (
	"fmt"

	"github.com/patchbay/patchbay/auth"
)

// Seal returns a copy of the policy in which every secret is sealed, as it is to
// be stored (G11). New secrets are handed to seal, with the place they are bound to; it
// returns the reference that is kept. A sealed one must be that which before, the stored
// policy or nil, has in the same place: a reference from elsewhere is refused, so that
// nobody moves a secret to where it can be seen.
//
// Nothing is sealed when the policy has faults or a reference is refused; the error is
// then a connector.Faults. The policy itself is not changed.
func (p *Policy) Seal(before *Policy, seal func(PresetField, auth.Secret) (ref string, err error)) (*Policy, error) {
	stored := before.sealed()
	var f findings
	f.under("", p.Validate())
	sealed := p.Clone()
	for at, preset := range sealed.secrets() {
		if ref, ok := preset.Secret.Sealed(); ok && stored[at.field] != ref {
			f.add(at.pointer+"/secret", "it is not the sealed secret of this place; state the secret anew")
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	for at, preset := range sealed.secrets() {
		value, fresh := preset.Secret.New()
		if !fresh {
			continue
		}
		ref, err := seal(at.field, value)
		if err != nil {
			return nil, fmt.Errorf("sealing the preset %v: %w", at.field, err)
		}
		preset.Secret = SealedSecret(ref)
	}
	f.under("", sealed.Validate()) // what seal returned
	if err := f.err(); err != nil {
		return nil, err
	}
	return sealed, nil
}

// secretAt is where a policy has a secret.
type secretAt struct {
	field   PresetField
	pointer string
}

// secrets iterates over the presets of a policy that have a secret.
func (p *Policy) secrets() func(yield func(secretAt, *Preset) bool) {
	return func(yield func(secretAt, *Preset) bool) {
		if p == nil {
			return
		}
		for i := range p.Connectors {
			r := &p.Connectors[i]
			for j := range r.Presets {
				preset := &r.Presets[j]
				if preset.Secret.IsZero() {
					continue
				}
				at := secretAt{fieldOf(p, r, preset), element(element("/connectors", i)+"/presets", j)}
				if !yield(at, preset) {
					return
				}
			}
		}
	}
}

// sealed returns the references of a policy by their places.
func (p *Policy) sealed() map[PresetField]string {
	refs := map[PresetField]string{}
	for at, preset := range p.secrets() {
		if ref, ok := preset.Secret.Sealed(); ok {
			refs[at.field] = ref
		}
	}
	return refs
}
