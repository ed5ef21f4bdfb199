package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestG9_WhatCannotBeReadDenies damages what is stored, behind the catalog's back.
func TestG9_WhatCannotBeReadDenies(t *testing.T) {
	t.Parallel()
	put := func(key, value string) catalog.Op { return catalog.Put(key, []byte(value), catalog.Any()) }
	tests := []struct {
		name string
		op   catalog.Op
		code governance.Code // empty: an error of another kind will do
	}{
		{"the policy is gone", catalog.Delete("policy/p", catalog.Any()), governance.CodeMissingPolicy},
		{"it is no JSON", put("policy/p", "{"), governance.CodeInvalidPolicy},
		{"it is nothing", put("policy/p", ""), governance.CodeInvalidPolicy},
		{"it is null", put("policy/p", "null"), governance.CodeInvalidPolicy},
		{"it has an unknown member", put("policy/p", `{"id":"p","allow":["*"]}`), governance.CodeInvalidPolicy},
		{"it has an unknown effect", put("policy/p", `{"id":"p","default":"allow"}`), governance.CodeInvalidPolicy},
		{"it is another policy", put("policy/p", `{"id":"q"}`), governance.CodeInvalidPolicy},
		{"an allow-list is empty", put("policy/p", `{"id":"p","default":"disable","connectors":[]}`), governance.CodeDefaultDisabled},
		{"a secret is in the clear", put("policy/p", `{"id":"p","connectors":[{"match":"*","effect":"enable","presets":[{"param":"token","secret":"[redacted]","mode":"fixed"}]}]}`), governance.CodeInvalidPolicy},
		{"the assignment is to what is missing", put("assign/tenant/acme/", `{"scope":{"level":"tenant","tenant":"acme"},"policy":"gone"}`), governance.CodeMissingPolicy},
		{"the assignment says no policy", put("assign/tenant/acme/", `{"scope":{"level":"tenant","tenant":"acme"}}`), governance.CodeInvalidAssignment},
		{"the assignment says not to whom", put("assign/tenant/acme/", `{"scope":{},"policy":"p"}`), governance.CodeNotLoaded},
		{"the assignment is no JSON", put("assign/tenant/acme/", `{`), ""},
		{"two groups have an equal claim", put("assign/group/acme/night", `{"scope":{"level":"group","tenant":"acme","subject":"night","priority":1},"policy":"p"}`), governance.CodeAmbiguous},
	}
	p := viewerP
	p.Groups = []string{"staff", "night"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, deny("p", "jira"))
			b.assign(t, governance.Tenant("acme"), "p")
			if tt.code == governance.CodeAmbiguous {
				b.assign(t, governance.Group("acme", "staff").WithPriority(1), "p")
			}
			b.connect(t, p, "slack", "before")
			_, err := b.store.Apply(t.Context(), tt.op)
			require.NoError(t, err)
			b.unchanged(t, func() {
				_, err := b.For(p).Connections().Create(t.Context(), "slack", "token", request("after"))
				require.Error(t, err)
				if tt.code == "" {
					return
				}
				require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
				var denied *governance.DeniedError
				require.ErrorAs(t, err, &denied)
				assert.Equal(t, tt.code, denied.Decision.Code())
			})
			if tt.code == "" {
				return
			}
			assert.Empty(t, b.publishedTo(t, p))
			assert.Len(t, b.disabled(t, p), 3, "everything is denied, and listed as that")
		})
	}
}

func (b *bench) publishedTo(t *testing.T, p catalog.Principal) []string {
	t.Helper()
	var list []string
	for l, err := range b.For(p).Published(t.Context(), nil) {
		require.NoError(t, err)
		list = append(list, string(l.Key))
	}
	return list
}

func TestG10_WhatIsDisabledIsListedApartAndRefused(t *testing.T) {
	t.Parallel()
	withReason := disable("slack")
	withReason.Reason = "until it is audited"
	closed := &governance.Policy{ID: "finance", Default: governance.Disable}
	tests := []struct {
		name     string
		policy   *governance.Policy
		disabled []string
		says     string
	}{
		{"by its key", rules("finance", disable("slack")), []string{"slack"}, "finance"},
		{"with a reason", rules("finance", withReason), []string{"slack"}, "until it is audited"},
		{"by its publisher", rules("finance", disable("acme/*")), []string{"acme/crm"}, "finance"},
		{"all but one", rules("finance", enable("jira"), disable("*")), []string{"acme/crm", "slack"}, "finance"},
		{"by an empty allow-list", closed, []string{"acme/crm", "jira", "slack"}, "finance"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, tt.policy)
			b.assign(t, governance.Tenant("acme"), "finance")
			var want []string
			for _, key := range tt.disabled {
				want = append(want, key+" by finance")
			}
			assert.ElementsMatch(t, want, b.disabled(t, viewerP))
			published := b.publishedTo(t, viewerP)
			assert.Len(t, published, 3-len(tt.disabled))
			conns := b.For(viewerP).Connections()
			for _, key := range tt.disabled {
				assert.NotContains(t, published, key)
				b.unchanged(t, func() {
					_, page := b.For(viewerP).Connector(t.Context(), key)
					_, create := conns.Create(t.Context(), key, "token", request("c"))
					_, begin := conns.Begin(t.Context(), key, "token", request("c"))
					for _, err := range []error{page, create, begin} {
						require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
						require.ErrorContains(t, err, tt.says)
						var of *catalog.Error
						require.ErrorAs(t, err, &of)
						assert.Equal(t, key, of.Key)
					}
				})
			}
			assert.Empty(t, b.disabled(t, otherP), "another tenant is not governed")
			assert.Len(t, b.rows(t, nil), 3, "an admin sees them all")
		})
	}
}
