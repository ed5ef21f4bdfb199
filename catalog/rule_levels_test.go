package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestG1_WhereNothingIsAssignedEverythingIsEnabled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		assigned []assigned
		code     governance.Code
	}{
		{"no policy", nil, governance.CodeUngoverned},
		{"assigned to another tenant", []assigned{{governance.Tenant("other"), "strict"}}, governance.CodeUngoverned},
		{"assigned to another user", []assigned{{governance.User("acme", "wim"), "strict"}}, governance.CodeUngoverned},
		{"assigned to the user's namesake", []assigned{{governance.User("other", "vic"), "strict"}}, governance.CodeUngoverned},
		{"assigned to a group that the user is not in", []assigned{{governance.Group("acme", "staff"), "strict"}}, governance.CodeUngoverned},
		{"a policy that says nothing", []assigned{{governance.Organization(), "empty"}}, governance.CodeDefault},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, &governance.Policy{ID: "strict", Default: governance.Disable})
			b.put(t, &governance.Policy{ID: "empty"})
			b.assignAll(t, tt.assigned)
			assert.Empty(t, b.disabled(t, viewerP))
			assert.Len(t, b.published(t), 3)
			conn := b.connect(t, viewerP, "slack", "c")
			assert.Equal(t, tt.code, conn.Admitted.Code)
		})
	}
}

func TestG2_TheFirstLevelDecidesWhole(t *testing.T) {
	t.Parallel()
	user, group, tenant, all := governance.User("acme", "vic"), governance.Group("acme", "staff"), governance.Tenant("acme"), governance.Organization()
	tests := []struct {
		name     string
		assigned []assigned
		decides  string // the policy
		disabled []string
	}{
		{"organization", []assigned{{all, "no"}}, "no", []string{"slack by no"}},
		{"tenant before organization", []assigned{{all, "no"}, {tenant, "yes"}}, "yes", nil},
		{"group before tenant", []assigned{{tenant, "yes"}, {group, "no"}, {all, "yes"}}, "no", []string{"slack by no"}},
		{"user before group", []assigned{{group, "no"}, {user, "yes"}, {tenant, "no"}, {all, "no"}}, "yes", nil},
		{"nothing is merged", []assigned{{user, "other"}, {tenant, "no"}}, "other", []string{"jira by other"}},
		{"NoPolicy of the user ends the search", []assigned{{user, governance.NoPolicy}, {group, "no"}}, governance.NoPolicy, nil},
		{"NoPolicy of the group", []assigned{{group, governance.NoPolicy}, {all, "no"}}, governance.NoPolicy, nil},
		{"NoPolicy of the tenant", []assigned{{tenant, governance.NoPolicy}, {all, "no"}}, governance.NoPolicy, nil},
		{"NoPolicy of the organization changes no tenant", []assigned{{all, governance.NoPolicy}, {tenant, "no"}}, "no", []string{"slack by no"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, deny("no", "slack"))
			b.put(t, deny("yes"))
			b.put(t, deny("other", "jira"))
			b.assignAll(t, tt.assigned)
			p := viewerP
			p.Groups = []string{"staff"}
			assert.ElementsMatch(t, tt.disabled, b.disabled(t, p))
			ex, err := b.admin.ExplainAccess(t.Context(), p, "slack")
			require.NoError(t, err)
			assert.Equal(t, tt.decides, ex.Connector.Policy)
			_, err = b.For(p).Connections().Create(t.Context(), "slack", "token", request("c"))
			if ex.Connector.Allowed {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
			}
		})
	}
}

func TestG3_AmongGroupsTheLowestNumberWinsAndNoneIsEqual(t *testing.T) {
	t.Parallel()
	group := func(name string, n int) governance.Scope { return governance.Group("acme", name).WithPriority(n) }
	tests := []struct {
		name    string
		before  []assigned
		assign  assigned
		refused error
		decides string
	}{
		{"a lower number", []assigned{{group("staff", 5), "no"}}, assigned{group("night", 4), "yes"}, nil, "yes"},
		{"a higher number", []assigned{{group("staff", 5), "no"}}, assigned{group("night", 6), "yes"}, nil, "no"},
		{"zero is the lowest", []assigned{{group("staff", 1), "no"}}, assigned{group("night", 0), "yes"}, nil, "yes"},
		{"an equal number", []assigned{{group("staff", 5), "no"}}, assigned{group("night", 5), "yes"}, governance.ErrEqualPriority, "no"},
		{"an equal number of groups that nobody is in", []assigned{{group("a", 5), "no"}}, assigned{group("b", 5), "yes"}, governance.ErrEqualPriority, ""},
		{"an equal number in another tenant", []assigned{{group("staff", 5), "no"}}, assigned{governance.Group("other", "staff").WithPriority(5), "yes"}, nil, "no"},
		{"the same group again", []assigned{{group("staff", 5), "no"}}, assigned{group("staff", 5), "yes"}, nil, "yes"},
		{"its number changes to a taken one", []assigned{{group("staff", 5), "no"}, {group("night", 6), "yes"}}, assigned{group("night", 5), "yes"}, governance.ErrEqualPriority, "no"},
		{"its number changes", []assigned{{group("staff", 5), "no"}, {group("night", 6), "yes"}}, assigned{group("night", 4), "yes"}, nil, "yes"},
		{"a negative number", nil, assigned{group("staff", -1), "no"}, catalog.ErrInvalid, ""},
		{"a number out of bounds", nil, assigned{group("staff", governance.MaxPriority+1), "no"}, catalog.ErrInvalid, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, deny("no", "slack"))
			b.put(t, deny("yes"))
			b.assignAll(t, tt.before)
			if tt.refused == nil {
				b.assign(t, tt.assign.scope, tt.assign.policy)
			} else {
				b.unchanged(t, func() {
					_, err := b.admin.Assign(t.Context(), tt.assign.scope, tt.assign.policy)
					require.ErrorIs(t, err, tt.refused)
				})
			}
			p := viewerP
			p.Groups = []string{"staff", "night"}
			ex, err := b.admin.ExplainAccess(t.Context(), p, "slack")
			require.NoError(t, err)
			assert.Equal(t, tt.decides, ex.Connector.Policy)
		})
	}
}
