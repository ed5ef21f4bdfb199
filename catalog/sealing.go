package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/governance"
)

// ownTenant is the tenant of what belongs to no tenant. No Principal has it: a
// tenant's name comes from the host, this one has a character that starts none.
const ownTenant = "\x00catalog"

// presetBinding is the place that a policy's preset secret is sealed for (G11).
func presetBinding(f governance.PresetField) auth.Binding {
	sum := sha256.Sum256([]byte(f.String()))
	return auth.Binding{Tenant: ownTenant, Connection: policyKey(f.Policy), Field: "preset/" + hex.EncodeToString(sum[:])}
}

// sealPreset seals the new secrets of a policy.
func (c *Catalog) sealPreset(ctx context.Context) func(governance.PresetField, auth.Secret) (string, error) {
	return func(f governance.PresetField, secret auth.Secret) (string, error) {
		if err := c.needKeys(); err != nil {
			return "", err
		}
		sealed, err := c.sealer.Seal(ctx, presetBinding(f), secret)
		if err != nil {
			return "", err
		}
		text, err := sealed.MarshalText()
		return string(text), err
	}
}

// openPreset opens a policy's preset secret for a connection that is being made.
func (c *Catalog) openPreset(ctx context.Context) governance.OpenFunc {
	return func(f governance.PresetField, ref string) (auth.Secret, error) {
		var sealed auth.Sealed
		if err := sealed.UnmarshalText([]byte(ref)); err != nil {
			return auth.Secret{}, err
		}
		return c.sealer.Open(ctx, presetBinding(f), sealed)
	}
}
