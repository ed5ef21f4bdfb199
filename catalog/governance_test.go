package catalog_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func deny(id string, keys ...string) *governance.Policy {
	p := &governance.Policy{ID: id}
	for _, k := range keys {
		p.Connectors = append(p.Connectors, governance.Rule{Match: version.Scope(k), Effect: governance.Disable, Reason: "not for us"})
	}
	return p
}

func (b *bench) put(t *testing.T, p *governance.Policy) *governance.Policy {
	t.Helper()
	stored, err := b.admin.PutPolicy(t.Context(), p)
	require.NoError(t, err)
	return stored
}

func (b *bench) assign(t *testing.T, s governance.Scope, policy string) {
	t.Helper()
	as, err := b.admin.Assign(t.Context(), s, policy)
	require.NoError(t, err)
	require.Equal(t, policy, as.Policy)
}

func (b *bench) disabled(t *testing.T, p catalog.Principal) []string {
	t.Helper()
	list := []string{}
	for d, err := range b.For(p).Disabled(t.Context()) {
		require.NoError(t, err)
		list = append(list, string(d.Key)+" by "+d.Decision.Policy())
	}
	return list
}

func TestG1_WithoutPolicyEverythingIsEnabled(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	assert.Empty(t, b.disabled(t, viewerP))
	ex, err := b.admin.ExplainAccess(t.Context(), viewerP, "slack")
	require.NoError(t, err)
	assert.True(t, ex.Connector.Allowed)
	assert.Equal(t, governance.CodeUngoverned, ex.Connector.Code)
}

func TestG2_PrecedenceAndNoPolicyThroughTheStore(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	b.put(t, deny("strict", "slack"))
	b.assign(t, governance.Organization(), "strict")
	assert.Equal(t, []string{"slack by strict"}, b.disabled(t, viewerP))
	b.assign(t, governance.Tenant("acme"), governance.NoPolicy)
	assert.Empty(t, b.disabled(t, viewerP))
	b.assign(t, governance.User("acme", "vic"), "strict")
	assert.Len(t, b.disabled(t, viewerP), 1)
	b.reopen(t)
	assert.Len(t, b.disabled(t, viewerP), 1, "policies survive a restart")
	require.NoError(t, b.admin.Unassign(t.Context(), governance.User("acme", "vic")))
	assert.Empty(t, b.disabled(t, viewerP))
	require.ErrorIs(t, b.admin.Unassign(t.Context(), governance.User("acme", "vic")), catalog.ErrNotFound)
	ex, err := b.admin.ExplainAccess(t.Context(), viewerP, "slack")
	require.NoError(t, err)
	assert.Len(t, ex.Assignments, 2, "G8: every assignment that applies")
	n := 0
	for _, err := range b.admin.Assignments(t.Context()) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 2, n)
}

func TestG3_EqualPrioritiesAreRefusedAcrossProcesses(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	other := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	other.opts.Store = struct{ catalog.Store }{b.store} // hears of nothing until it asks
	other.open(t)
	defer other.close(t)
	b.put(t, deny("p", "slack"))
	b.assign(t, governance.Group("acme", "staff").WithPriority(1), "p")
	_, err := other.admin.Assign(t.Context(), governance.Group("acme", "guests").WithPriority(1), "p")
	require.ErrorIs(t, err, governance.ErrEqualPriority)
	require.ErrorIs(t, err, fs.ErrExist)
}

func TestG10_DisabledIsListedApartAndRefusedByName(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	b.install(t, "slack", "jira")
	b.put(t, deny("finance", "slack"))
	b.assign(t, governance.Tenant("acme"), "finance")
	assert.Equal(t, []string{"jira@1.0.0"}, b.published(t))
	assert.Equal(t, []string{"slack by finance"}, b.disabled(t, viewerP))
	_, err := b.For(viewerP).Connector(t.Context(), "slack")
	require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, "finance")
	_, err = b.For(catalog.Principal{Tenant: "other", Roles: []string{catalog.RoleViewer}}).Connector(t.Context(), "slack")
	require.NoError(t, err, "another tenant is not governed")
	for _, row := range b.rows(t, nil) {
		assert.NotEmpty(t, row, "an admin sees them all")
	}
	assert.Len(t, b.rows(t, nil), 2)
}

func TestG4_SchemesAndPresetsShowOnThePage(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	b.put(t, &governance.Policy{ID: "p", Connectors: []governance.Rule{{Match: "slack", Effect: governance.Enable, SchemeDefault: governance.Disable}}})
	b.assign(t, governance.Tenant("acme"), "p")
	page, err := b.For(viewerP).Connector(t.Context(), "slack")
	require.NoError(t, err)
	option := page.Connections.Schemes[0]
	assert.Equal(t, "key", option.ID)
	assert.False(t, option.Decision.Allowed())
	assert.Equal(t, governance.CodeSchemeDefault, option.Decision.Code())
	assert.Empty(t, option.Fields)
}

func TestG11_PresetSecretsAreSealedOrRefused(t *testing.T) {
	t.Parallel()
	const canary = "canary-secret-4711"
	policy := &governance.Policy{ID: "p", Connectors: []governance.Rule{{
		Match: "slack", Effect: governance.Enable,
		Presets: []governance.Preset{{Param: "token", Secret: governance.NewSecret(auth.NewSecret(canary)), Mode: governance.PresetFixed}},
	}}}
	keyless := newBench(t, nil)
	_, err := keyless.admin.PutPolicy(t.Context(), policy)
	require.ErrorIs(t, err, auth.ErrNoKey)
	for _, err := range keyless.admin.Policies(t.Context()) {
		t.Error("nothing was stored", err)
	}
	keys, err := auth.NewMemoryKeys()
	require.NoError(t, err)
	b := newBench(t, nil, func(o *catalog.Options) { o.Keys = keys })
	stored := b.put(t, policy)
	ref, sealed := stored.Connectors[0].Presets[0].Secret.Sealed()
	assert.True(t, sealed)
	assert.NotContains(t, ref, canary)
	recs, err := b.store.List(t.Context(), "", "", 1000)
	require.NoError(t, err)
	for _, r := range recs {
		assert.NotContains(t, string(r.Value), canary, r.Key)
	}
	again := b.put(t, stored) // an admin hands back the reference that he was given
	assert.Greater(t, again.Revision, stored.Revision)
	moved := again.Clone()
	moved.Connectors[0].Presets[0].Param = "shown"
	_, err = b.admin.PutPolicy(t.Context(), moved)
	require.Error(t, err, "a sealed secret opens in no other place")
}

func TestG12_WritesCarryTheirBaseAndAssignedPoliciesStay(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	first := b.put(t, deny("p", "slack"))
	assert.Positive(t, first.Revision)
	_, err := b.admin.PutPolicy(t.Context(), deny("p", "jira"))
	require.ErrorIs(t, err, governance.ErrConflict, "based on nothing, but it exists")
	second := first.Clone()
	second.Description = "two"
	b.put(t, second)
	_, err = b.admin.PutPolicy(t.Context(), first)
	require.ErrorIs(t, err, governance.ErrConflict)
	b.assign(t, governance.Organization(), "p")
	now, err := b.admin.Policy(t.Context(), "p")
	require.NoError(t, err)
	assert.Equal(t, "two", now.Description)
	require.ErrorIs(t, b.admin.DeletePolicy(t.Context(), "p", now.Revision), governance.ErrInUse)
	require.NoError(t, b.admin.Unassign(t.Context(), governance.Organization()))
	require.ErrorIs(t, b.admin.DeletePolicy(t.Context(), "p", first.Revision), governance.ErrConflict)
	require.NoError(t, b.admin.DeletePolicy(t.Context(), "p", now.Revision))
	_, err = b.admin.Policy(t.Context(), "p")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = b.admin.Assign(t.Context(), governance.Organization(), "p")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestG7_PreviewTellsWhatVanishesAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	b.install(t, "slack")
	impact, err := b.admin.Preview(t.Context(), governance.Put(deny("p", "slack", "jira")), governance.Assign(governance.Tenant("acme"), "p"))
	require.NoError(t, err)
	require.Len(t, impact.Tenants, 1)
	assert.Equal(t, "acme", impact.Tenants[0].Tenant)
	vanish := impact.Tenants[0].Audiences[0].Vanish
	assert.Equal(t, connector.Key("slack"), vanish[0].Key)
	for _, o := range vanish {
		assert.NotEqual(t, connector.Key("jira"), o.Key, "what is not published cannot vanish")
	}
	assert.Empty(t, b.disabled(t, viewerP))
	_, err = b.admin.Preview(t.Context(), governance.Assign(governance.Organization(), "nope"))
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

func TestG9_UnreadablePolicyDenies(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	b.put(t, deny("p", "jira"))
	b.assign(t, governance.Organization(), "p")
	assert.Empty(t, b.disabled(t, viewerP))
	_, err := b.store.Apply(t.Context(), catalog.Put("policy/p", []byte(`{"id":"p","unknown":1}`), catalog.Any()))
	require.NoError(t, err)
	b.refresh(t)
	assert.Equal(t, []string{"slack by p"}, b.disabled(t, viewerP))
	ex, err := b.admin.ExplainAccess(t.Context(), viewerP, "slack")
	require.NoError(t, err)
	assert.Equal(t, governance.CodeInvalidPolicy, ex.Connector.Code)
}

func TestGovernanceNeedsItsOwnPermission(t *testing.T) {
	t.Parallel()
	cat := catalogtest.New(t)
	_, err := cat.Admin.PutPolicy(t.Context(), nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	_, err = cat.Admin.Assign(t.Context(), governance.Scope{}, "p")
	require.ErrorIs(t, err, fs.ErrInvalid)
	_, err = cat.Admin.Assign(t.Context(), governance.Tenant(strings.Repeat("/", 500)), governance.NoPolicy)
	require.ErrorIs(t, err, catalog.ErrInvalid)
}
