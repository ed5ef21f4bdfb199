package catalog_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestG11_PresetSecretsComeBackNowhere looks for a preset secret in everything that the library
// says and stores.
func TestG11_PresetSecretsComeBackNowhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		rule   governance.Rule
		preset governance.Preset
	}{
		{"fixed", enable("slack"), governance.Preset{Param: "token", Mode: governance.PresetFixed}},
		{"fixed and hidden", enable("slack"), governance.Preset{Param: "token", Mode: governance.PresetFixed, Hidden: true}},
		{"default", enable("slack"), governance.Preset{Param: "token", Mode: governance.PresetDefault}},
		{"of one scheme", enable("slack"), governance.Preset{Scheme: "token", Param: "token", Mode: governance.PresetFixed}},
		{"of every connector", enable("*"), governance.Preset{Param: "token", Mode: governance.PresetDefault, Hidden: true}},
		{"of a connector that is disabled", disable("slack"), governance.Preset{Param: "token", Mode: governance.PresetFixed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			tt.preset.Secret = governance.NewSecret(auth.NewSecret(canary))
			tt.rule.Presets = []governance.Preset{tt.preset}
			said := []any{b.put(t, rules("p", tt.rule))}
			b.assign(t, governance.Tenant("acme"), "p")
			p, err := b.admin.Policy(t.Context(), "p")
			require.NoError(t, err)
			said = append(said, p)
			ref, sealed := p.Connectors[0].Presets[0].Secret.Sealed()
			assert.True(t, sealed)
			ex, err := b.admin.ExplainAccess(t.Context(), viewerP, "slack")
			require.NoError(t, err)
			said = append(said, ref, ex)
			page, err := b.For(viewerP).Connector(t.Context(), "slack")
			said = append(said, page, err)
			for _, guess := range []any{canary, "no " + canary, nil} {
				req := request("c")
				req.Params["token"] = guess
				conn, err := b.For(viewerP).Connections().Create(t.Context(), "slack", "token", req)
				if err == nil {
					require.NoError(t, b.For(viewerP).Connections().Delete(t.Context(), conn.ID))
				}
				said = append(said, conn, err)
			}
			for e, err := range b.admin.Audit(t.Context(), nil) {
				said = append(said, e, err)
			}
			for key, rec := range whole(t, b.store) {
				said = append(said, key, string(rec.Value))
			}
			for _, what := range said {
				doc, _ := json.Marshal(what)
				for _, text := range []string{string(doc), fmt.Sprintf("%v", what), fmt.Sprintf("%+v", what), fmt.Sprintf("%#v", what)} {
					assert.NotContains(t, text, canary)
				}
			}
		})
	}
}

func TestG11_ASealedSecretStaysWhereItWasSealed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		edit    func(p *governance.Policy)
		allowed bool
	}{
		{"where it was", func(p *governance.Policy) { p.Description = "x" }, true},
		{"with another mode", func(p *governance.Policy) { p.Connectors[0].Presets[0].Mode = governance.PresetDefault }, true},
		{"for another parameter", func(p *governance.Policy) { p.Connectors[0].Presets[0].Param = "site" }, false},
		{"for one scheme", func(p *governance.Policy) { p.Connectors[0].Presets[0].Scheme = "token" }, false},
		{"for another connector", func(p *governance.Policy) { p.Connectors[0].Match = "jira" }, false},
		{"for every connector", func(p *governance.Policy) { p.Connectors[0].Match = "*" }, false},
		{"in another policy", func(p *governance.Policy) { p.ID, p.Revision = "q", 0 }, false},
		{"another reference", func(p *governance.Policy) {
			p.Connectors[0].Presets[0].Secret = governance.SealedSecret("abc")
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			r := enable("slack")
			r.Presets = []governance.Preset{{Param: "token", Secret: governance.NewSecret(auth.NewSecret(canary)), Mode: governance.PresetFixed}}
			p := b.put(t, rules("p", r)).Clone()
			b.assign(t, governance.Tenant("acme"), "p")
			tt.edit(p)
			if !tt.allowed {
				b.unchanged(t, func() {
					_, err := b.admin.PutPolicy(t.Context(), p)
					require.ErrorIs(t, err, catalog.ErrInvalid)
				})
				return
			}
			b.put(t, p)
			_, err := b.For(viewerP).Connections().Create(t.Context(), "slack", "token", &catalog.ConnectionRequest{Name: "c", Params: map[string]any{"site": "a"}})
			require.NoError(t, err, "it opens")
		})
	}
}
