package catalog_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestG4_WhatAPolicyDisables(t *testing.T) {
	t.Parallel()
	schemes := func(r governance.Rule, byDefault governance.Effect, list ...governance.SchemeRule) governance.Rule {
		r.SchemeDefault, r.Schemes = byDefault, list
		return r
	}
	allowList := func(list ...governance.Rule) *governance.Policy {
		p := rules("p", list...)
		p.Default = governance.Disable
		return p
	}
	const everything = "slack token, slack open, jira token, jira open, acme/crm token, acme/crm open"
	tests := []struct {
		name    string
		policy  *governance.Policy
		enabled string
	}{
		{"nothing", rules("p"), everything},
		{"a connector", rules("p", disable("slack")), "jira token, jira open, acme/crm token, acme/crm open"},
		{"a publisher", rules("p", disable("acme/*")), "slack token, slack open, jira token, jira open"},
		{"a publisher but for one", rules("p", disable("acme/*"), enable("acme/crm")), everything},
		{"all", rules("p", disable("*")), ""},
		{"all but one", rules("p", disable("*"), enable("jira")), "jira token, jira open"},
		{"all but a publisher", rules("p", enable("acme/*"), disable("*")), "acme/crm token, acme/crm open"},
		{"an empty allow-list", allowList(), ""},
		{"an allow-list", allowList(enable("slack")), "slack token, slack open"},
		{"a scheme by id", rules("p", schemes(enable("slack"), "", governance.SchemeRule{ID: "open", Effect: governance.Disable})), "slack token, jira token, jira open, acme/crm token, acme/crm open"},
		{"schemes by type", rules("p", schemes(enable("*"), "", governance.SchemeRule{Type: auth.None, Effect: governance.Disable})), "slack token, jira token, acme/crm token"},
		{"an id goes before a type", rules("p", schemes(enable("*"), "",
			governance.SchemeRule{Type: auth.None, Effect: governance.Disable}, governance.SchemeRule{ID: "open", Effect: governance.Enable})), everything},
		{"an empty allow-list of schemes", rules("p", schemes(enable("slack"), governance.Disable)), "jira token, jira open, acme/crm token, acme/crm open"},
		{"an allow-list of schemes", rules("p", schemes(enable("slack"), governance.Disable, governance.SchemeRule{Type: auth.Bearer, Effect: governance.Enable})), "slack token, jira token, jira open, acme/crm token, acme/crm open"},
		{"a rule is not completed by a wider one", rules("p", enable("slack"), schemes(enable("*"), governance.Disable)), "slack token, slack open"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, tt.policy)
			b.assign(t, governance.Tenant("acme"), "p")
			enabled := ""
			for _, key := range []string{"slack", "jira", "acme/crm"} {
				for _, scheme := range []string{"token", "open"} {
					req := request("by " + scheme)
					if scheme == "open" {
						req.Params = nil
					}
					_, err := b.For(viewerP).Connections().Create(t.Context(), key, scheme, req)
					if err != nil {
						require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
						continue
					}
					enabled += key + " " + scheme + ", "
				}
			}
			assert.Equal(t, tt.enabled, strings.TrimSuffix(enabled, ", "))
		})
	}
}

func TestG4_WhatAPolicyPresets(t *testing.T) {
	t.Parallel()
	site := func(mode governance.PresetMode, hidden bool) governance.Preset {
		return governance.Preset{Param: "site", Value: "preset", Mode: mode, Hidden: hidden}
	}
	fixed, byDefault := site(governance.PresetFixed, false), site(governance.PresetDefault, false)
	secret := governance.Preset{Param: "token", Secret: governance.NewSecret(auth.NewSecret(canary)), Mode: governance.PresetFixed}
	named := governance.Preset{Scheme: "token", Param: "site", Value: "named", Mode: governance.PresetFixed}
	tests := []struct {
		name    string
		presets []governance.Preset
		given   map[string]any
		site    string   // of the connection
		faults  []string // or these
	}{
		{"fixed", []governance.Preset{fixed}, map[string]any{"token": "t"}, "preset", nil},
		{"fixed, and the same is given", []governance.Preset{fixed}, map[string]any{"token": "t", "site": "preset"}, "preset", nil},
		{"fixed, and another is given", []governance.Preset{fixed}, map[string]any{"token": "t", "site": "mine"}, "", []string{"site"}},
		{"default", []governance.Preset{byDefault}, map[string]any{"token": "t"}, "preset", nil},
		{"default, and another is given", []governance.Preset{byDefault}, map[string]any{"token": "t", "site": "mine"}, "mine", nil},
		{"default, and a bad one is given", []governance.Preset{byDefault}, map[string]any{"token": "t", "site": "A1"}, "", []string{"site"}},
		{"hidden default", []governance.Preset{site(governance.PresetDefault, true)}, map[string]any{"token": "t"}, "preset", nil},
		{"hidden default, and the same is given", []governance.Preset{site(governance.PresetDefault, true)}, map[string]any{"token": "t", "site": "preset"}, "", []string{"site"}},
		{"hidden and fixed, and the same is given", []governance.Preset{site(governance.PresetFixed, true)}, map[string]any{"token": "t", "site": "preset"}, "", []string{"site"}},
		{"one that names the scheme goes first", []governance.Preset{fixed, named}, map[string]any{"token": "t"}, "named", nil},
		{"a fixed secret", []governance.Preset{secret}, map[string]any{"site": "mine"}, "mine", nil},
		{"a fixed secret, and it is given", []governance.Preset{secret}, map[string]any{"site": "mine", "token": canary}, "", []string{"token"}},
		{"everything wrong at once", []governance.Preset{fixed, secret}, map[string]any{"token": "t", "region": "mars", "site": "mine", "what": 1}, "", []string{"token", "region", "site", "what"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			r := enable("slack")
			r.Presets = tt.presets
			b.put(t, rules("p", r))
			b.assign(t, governance.Tenant("acme"), "p")
			create := func() (*catalog.Connection, error) {
				return b.For(viewerP).Connections().Create(t.Context(), "slack", "token", &catalog.ConnectionRequest{Name: "c", Params: tt.given})
			}
			if tt.faults == nil {
				conn, err := create()
				require.NoError(t, err)
				assert.Equal(t, tt.site, conn.Params["site"])
				return
			}
			b.unchanged(t, func() {
				_, err := create()
				assert.Equal(t, tt.faults, faultFields(t, err))
				assert.NotContains(t, err.Error(), canary)
				assert.NotContains(t, err.Error(), "preset\"", "nor is a value told")
			})
		})
	}
}

// faultFields are the keys of the parameters that an error is about.
func faultFields(t *testing.T, err error) []string {
	t.Helper()
	var params *catalog.ParamError
	require.ErrorAs(t, err, &params)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	var keys []string
	for _, f := range params.Faults {
		keys = append(keys, f.Field)
	}
	return keys
}

func TestG4_FaultyPoliciesAreRefused(t *testing.T) {
	t.Parallel()
	preset := func(p governance.Preset) *governance.Policy {
		r := enable("slack")
		r.Presets = []governance.Preset{p}
		return rules("p", r)
	}
	scheme := func(s governance.SchemeRule) *governance.Policy {
		r := enable("slack")
		r.Schemes = []governance.SchemeRule{s}
		return rules("p", r)
	}
	tests := []struct {
		name   string
		policy *governance.Policy
		says   string
	}{
		{"none", nil, "no policy"},
		{"no id", rules(""), "/id"},
		{"the id of no policy", rules(governance.NoPolicy), "/id"},
		{"an id that is a path", rules("../p"), "/id"},
		{"no effect", rules("p", governance.Rule{Match: "slack"}), "/connectors/0/effect"},
		{"an unknown effect", rules("p", governance.Rule{Match: "slack", Effect: "deny"}), "/connectors/0/effect"},
		{"an unknown default", &governance.Policy{ID: "p", Default: "none"}, "/default"},
		{"a match that is none", rules("p", enable("sl*")), "/connectors/0/match"},
		{"no match", rules("p", enable("")), "/connectors/0/match"},
		{"one match twice", rules("p", enable("slack"), disable("slack")), "/connectors/1/match"},
		{"a default beside *", &governance.Policy{ID: "p", Default: governance.Disable, Connectors: []governance.Rule{enable("*")}}, "/default"},
		{"a scheme that there is not", scheme(governance.SchemeRule{ID: "tokens", Effect: governance.Disable}), "/connectors/0/schemes/0/id"},
		{"a scheme's type that there is not", scheme(governance.SchemeRule{Type: "magic", Effect: governance.Disable}), "/connectors/0/schemes/0/type"},
		{"a scheme by id and type", scheme(governance.SchemeRule{ID: "token", Type: auth.Bearer, Effect: governance.Disable}), "/connectors/0/schemes/0"},
		{"a parameter that there is not", preset(governance.Preset{Param: "sites", Value: "a", Mode: governance.PresetFixed}), "/connectors/0/presets/0/param"},
		{"a preset without a mode", preset(governance.Preset{Param: "site", Value: "a"}), "/connectors/0/presets/0/mode"},
		{"a preset without a value", preset(governance.Preset{Param: "site", Mode: governance.PresetFixed}), "/connectors/0/presets/0"},
		{"a value that the parameter refuses", preset(governance.Preset{Param: "site", Value: "A1", Mode: governance.PresetFixed}), "/connectors/0/presets/0"},
		{"a secret in the clear", preset(governance.Preset{Param: "token", Value: canary, Mode: governance.PresetFixed}), "/connectors/0/presets/0/value"},
		{"a negative revision", &governance.Policy{ID: "p", Revision: -1}, "/revision"},
	}
	b := ruled(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b.unchanged(t, func() {
				_, err := b.admin.PutPolicy(t.Context(), tt.policy)
				require.ErrorIs(t, err, catalog.ErrInvalid)
				require.ErrorContains(t, err, tt.says)
				assert.NotContains(t, err.Error(), canary)
			})
		})
	}
}

// TestG4_UnknownMembersAreRefused reads documents as a program does before it calls PutPolicy.
func TestG4_UnknownMembersAreRefused(t *testing.T) {
	t.Parallel()
	for name, document := range map[string]string{
		"of the policy":      `{"id":"p","allow":[]}`,
		"of a rule":          `{"id":"p","connectors":[{"match":"slack","effect":"enable","scheme":"x"}]}`,
		"of a scheme":        `{"id":"p","connectors":[{"match":"slack","effect":"enable","schemes":[{"id":"x","effect":"enable","note":""}]}]}`,
		"of a preset":        `{"id":"p","connectors":[{"match":"slack","effect":"enable","presets":[{"param":"a","value":"b","mode":"fixed","hide":true}]}]}`,
		"in another case":    `{"ID":"p"}`,
		"stated twice":       `{"id":"p","default":"disable","default":"enable"}`,
		"after its end":      `{"id":"p"} {"id":"q"}`,
		"null for an effect": `{"id":"p","default":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := governance.ParsePolicy([]byte(document))
			require.ErrorIs(t, err, connector.ErrInvalid)
			assert.Nil(t, p)
		})
	}
}
