package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// otherP is a user of another tenant.
var otherP = catalog.Principal{Tenant: "other", User: "vic", Roles: viewerP.Roles}

func TestG7_PreviewTellsAndChangesNothing(t *testing.T) {
	t.Parallel()
	acme, all := governance.Tenant("acme"), governance.Organization()
	tests := []struct {
		name    string
		there   []assigned // of "no", which disables slack, and "yes"
		changes []governance.Change
		refused string // existing connections, by tenant
		vanish  string // connectors, by tenant
		appear  string
		fails   error
	}{
		{name: "nothing"},
		{name: "what is there already is told", there: []assigned{{acme, "no"}}, refused: "acme/vic-slack"},
		{name: "for a tenant", changes: []governance.Change{governance.Assign(acme, "no")}, refused: "acme/vic-slack", vanish: "acme: slack"},
		{name: "for all", changes: []governance.Change{governance.Assign(all, "no")}, refused: "acme/vic-slack, other/vic-slack", vanish: ": slack, acme: slack, other: slack"},
		{name: "for all but those with their own", there: []assigned{{acme, "yes"}}, changes: []governance.Change{governance.Assign(all, "no")}, refused: "other/vic-slack", vanish: ": slack, other: slack"},
		{name: "a new policy with its assignment", changes: []governance.Change{governance.Put(deny("new", "jira")), governance.Assign(acme, "new")}, refused: "acme/vic-jira", vanish: "acme: jira"},
		{name: "what ends", there: []assigned{{acme, "no"}}, changes: []governance.Change{governance.Unassign(acme)}, appear: "acme: slack"},
		{name: "what is exempted", there: []assigned{{all, "no"}}, changes: []governance.Change{governance.Assign(acme, governance.NoPolicy)}, refused: "other/vic-slack", appear: "acme: slack"},
		{name: "a policy that there is not", changes: []governance.Change{governance.Assign(acme, "what")}, fails: catalog.ErrNotFound},
		{name: "a policy with a fault", changes: []governance.Change{governance.Put(rules("new", enable("sl*")))}, fails: catalog.ErrInvalid},
		{name: "a stale one", changes: []governance.Change{governance.Put(deny("no"))}, fails: catalog.ErrConflict},
		{name: "deleting what is assigned", there: []assigned{{acme, "no"}}, changes: []governance.Change{governance.Delete("no")}, fails: governance.ErrInUse},
		{name: "equal priorities", there: []assigned{{governance.Group("acme", "a").WithPriority(1), "no"}}, changes: []governance.Change{governance.Assign(governance.Group("acme", "b").WithPriority(1), "no")}, fails: governance.ErrEqualPriority},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			for _, p := range []catalog.Principal{viewerP, otherP} {
				b.connect(t, p, "slack", p.Tenant+"/"+p.User+"-slack")
				b.connect(t, p, "jira", p.Tenant+"/"+p.User+"-jira")
			}
			b.put(t, deny("no", "slack"))
			b.put(t, deny("yes"))
			b.assignAll(t, tt.there)
			b.unchanged(t, func() {
				impact, err := b.admin.Preview(t.Context(), tt.changes...)
				if tt.fails != nil {
					require.ErrorIs(t, err, tt.fails)
					return
				}
				require.NoError(t, err)
				var refused, vanish, appear []string
				for _, tenant := range impact.Tenants {
					for _, r := range tenant.Refused {
						owner := catalog.Principal{Tenant: tenant.Tenant, User: r.Connection.User, Roles: viewerP.Roles}
						conn, err := b.For(owner).Connections().Get(t.Context(), r.Connection.ID)
						require.NoError(t, err)
						refused = append(refused, conn.Name)
					}
					for _, a := range tenant.Audiences {
						vanish = append(vanish, connectors(tenant.Tenant, a.Vanish)...)
						appear = append(appear, connectors(tenant.Tenant, a.Appear)...)
					}
				}
				slices.Sort(refused)
				assert.Equal(t, tt.refused, strings.Join(refused, ", "))
				assert.Equal(t, tt.vanish, strings.Join(vanish, ", "))
				assert.Equal(t, tt.appear, strings.Join(appear, ", "))
			})
		})
	}
}

// connectors are those among offers that are no schemes.
func connectors(tenant string, offers []governance.Offer) []string {
	var list []string
	for _, o := range offers {
		if o.Scheme == "" {
			list = append(list, tenant+": "+string(o.Key))
		}
	}
	return list
}

func TestG8_ExplainNamesEveryAssignmentAndTheWinner(t *testing.T) {
	t.Parallel()
	staff, night := governance.Group("acme", "staff").WithPriority(2), governance.Group("acme", "night").WithPriority(1)
	tests := []struct {
		name     string
		who      catalog.Principal
		assigned []assigned
		claims   []string // with * at the one that decides
		code     governance.Code
	}{
		{"nothing", viewerP, nil, nil, governance.CodeUngoverned},
		{"one", viewerP, []assigned{{governance.Tenant("acme"), "no"}}, []string{"tenant no*"}, governance.CodeDisabled},
		{"several levels", viewerP, []assigned{{governance.Organization(), "no"}, {governance.Tenant("acme"), "yes"}, {governance.User("acme", "vic"), governance.NoPolicy}},
			[]string{"user (none)*", "tenant yes", "organization no"}, governance.CodeNoPolicy},
		{"several groups", catalog.Principal{Tenant: "acme", User: "vic", Groups: []string{"staff", "night"}, Roles: viewerP.Roles},
			[]assigned{{staff, "yes"}, {night, "no"}}, []string{"group no*", "group yes"}, governance.CodeDisabled},
		{"those of others are not named", otherP, []assigned{{governance.Tenant("acme"), "no"}, {governance.User("acme", "vic"), "no"}, {staff, "no"}, {governance.Organization(), "yes"}},
			[]string{"organization yes*"}, governance.CodeDefault},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, deny("no", "slack"))
			b.put(t, deny("yes"))
			b.assignAll(t, tt.assigned)
			b.unchanged(t, func() {
				ex, err := b.admin.ExplainAccess(t.Context(), tt.who, "slack")
				require.NoError(t, err)
				var claims []string
				for _, c := range ex.Assignments {
					text := fmt.Sprint(c.Scope.Level, " ", c.Policy)
					if c.Decides {
						text += "*"
					}
					assert.NotEmpty(t, c.Why)
					claims = append(claims, text)
				}
				assert.Equal(t, tt.claims, claims)
				assert.Equal(t, tt.code, ex.Connector.Code)
				require.Len(t, ex.Schemes, 3, "each scheme has a decision of its own")
				for _, s := range ex.Schemes {
					assert.Equal(t, ex.Connector.Allowed, s.Allowed)
					assert.NotEmpty(t, s.Reason)
				}
				// It is the evaluation that admits connections.
				_, err = b.For(tt.who).Connections().Begin(t.Context(), "slack", "token", nil)
				assert.Equal(t, !ex.Connector.Allowed, strings.Contains(fmt.Sprint(err), ex.Connector.Reason))
			})
		})
	}
	b := ruled(t)
	for name, tt := range map[string]struct {
		who  catalog.Principal
		key  string
		want error
	}{
		"of a principal without a tenant": {catalog.Principal{User: "vic"}, "slack", catalog.ErrInvalid},
		"of what is not published":        {viewerP, "zoom", catalog.ErrNotFound},
		"of no key":                       {viewerP, "", catalog.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := b.admin.ExplainAccess(t.Context(), tt.who, tt.key)
			require.ErrorIs(t, err, tt.want)
		})
	}
}
