package catalog_test

import (
	"encoding/json"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestP9_PlanIsExactAndWithoutSideEffects(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.offer("slack@2.0.0", func(r *connector.Release) {
		r.Notes = "new"
		r.Breaking = []connector.Breaking{{Version: "2.0.0", Message: "b", Deadline: "2026-05-01"}, {Version: "1.0.0", Message: "a"}, {Version: "3.0.0", Message: "c"}}
	})
	b.refresh(t)
	b.install(t, "slack@1.0.0")
	require.Eventually(t, func() bool { // the operation is closed in its own time
		open, err := b.store.List(t.Context(), "opopen/", "", 1)
		return err == nil && len(open) == 0
	}, patience, tick)
	_, before, err := b.store.Changes(t.Context(), 0, 1000)
	require.NoError(t, err)
	plan := b.plan(t, "slack")
	_, after, err := b.store.Changes(t.Context(), 0, 1000)
	require.NoError(t, err)
	assert.Equal(t, before, after, "planning writes nothing")
	it := plan.Items[0]
	assert.Equal(t, []any{connector.Key("slack"), "1.0.0", "2.0.0", connector.GA, int64(len("slack@2.0.0")), "main", "new"},
		[]any{it.Key, it.From, it.To, it.Stage, it.Size, it.Feed, it.Notes})
	assert.Regexp(t, "^sha256:[0-9a-f]{64}$", it.Digest)
	assert.Equal(t, []connector.Breaking{{Version: "2.0.0", Message: "b", Deadline: "2026-05-01"}}, it.Breaking, "only those between")
}

func TestP9_PlanSurvivesSerialization(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	data, err := json.Marshal(b.plan(t, "slack"))
	require.NoError(t, err)
	var plan catalog.Plan
	require.NoError(t, json.Unmarshal(data, &plan))
	assert.Equal(t, catalog.Done, b.run(t, &plan).Items[0].State)
}

func TestP9_EveryBadChoiceIsReported(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	_, err := b.admin.Plan(t.Context(), catalog.Pick("slack", "9.9.9"), catalog.Pick("Nope!", ""), catalog.Pick("gone", ""),
		catalog.Pick("jira", ""), catalog.Pick("jira", "1.0.0"), catalog.Pick("jira", ">>1"))
	for _, part := range []string{"9.9.9", "Nope!", "gone", "chosen twice", ">>1"} {
		require.ErrorContains(t, err, part)
	}
	require.ErrorIs(t, err, catalog.ErrNoEligible)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, err = b.admin.Plan(t.Context())
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, p := range []*catalog.Plan{nil, {}} {
		_, err = b.admin.Install(t.Context(), p)
		require.ErrorIs(t, err, catalog.ErrInvalid)
	}
}

func TestP9_StalePlanIsRefusedNotAdapted(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T, *bench){
		"another version became active": func(t *testing.T, b *bench) { b.install(t, "slack@1.5.0") },
		"skipped meanwhile": func(t *testing.T, b *bench) {
			_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "2.0.0", Reason: "r"})
			require.NoError(t, err)
		},
		"withdrawn": func(t *testing.T, b *bench) { b.feed.Withdraw("slack", "2.0.0"); b.refresh(t) },
		"yanked": func(t *testing.T, b *bench) {
			b.offer("slack@2.0.0", func(r *connector.Release) { r.Yanked = "leaks" })
			b.refresh(t)
		},
		"breaking notes changed": func(t *testing.T, b *bench) {
			b.offer("slack@2.0.0", func(r *connector.Release) { r.Breaking = []connector.Breaking{{Version: "2.0.0", Message: "x"}} })
			b.refresh(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"slack@1.0.0", "slack@1.5.0", "slack@2.0.0", "jira@1.0.0"})
			b.install(t, "slack@1.0.0")
			plan := b.plan(t, "slack@2.0.0", "jira")
			change(t, b)
			_, err := b.admin.Install(t.Context(), plan)
			require.ErrorIs(t, err, catalog.ErrStalePlan)
			var e *catalog.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "slack", e.Key)
			assert.Empty(t, b.row(t, "jira").Active, "nothing of the plan was done")
		})
	}
}

func TestP9_TamperedPlanIsRefused(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]func(*catalog.PlanItem){
		"digest":            func(it *catalog.PlanItem) { it.Digest = "sha256:00" },
		"from":              func(it *catalog.PlanItem) { it.From = "" },
		"base":              func(it *catalog.PlanItem) { it.Base = 0 },
		"feed":              func(it *catalog.PlanItem) { it.Feed = "other" },
		"version":           func(it *catalog.PlanItem) { it.To = "7.0.0" },
		"needs no approval": func(it *catalog.PlanItem) { it.NeedsApproval = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"slack@1.0.0"})
			b.install(t, "slack")
			b.offer("slack@2.0.0", moveOrigin)
			b.refresh(t)
			plan := b.plan(t, "slack")
			tamper(&plan.Items[0])
			_, err := b.admin.Install(t.Context(), plan)
			require.ErrorIs(t, err, catalog.ErrStalePlan)
		})
	}
}

func moveOrigin(r *connector.Release) {
	m := *r.Manifest
	m.Hosts = []string{"https://evil.example"}
	r.Manifest = &m
}

func TestP19_MovedOriginNeedsApproval(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	b.offer("slack@2.0.0", moveOrigin)
	b.refresh(t)
	plan := b.plan(t, "slack")
	it := plan.Items[0]
	assert.True(t, it.NeedsApproval)
	assert.Contains(t, it.Origins, "added https://evil.example")
	_, err := b.admin.Install(t.Context(), plan)
	require.ErrorIs(t, err, catalog.ErrApprovalRequired)
	require.ErrorContains(t, err, "evil.example")
	assert.Equal(t, "1.0.0", b.row(t, "slack").Active)
	assert.True(t, plan.Approve("slack"))
	assert.False(t, plan.Approve("jira"))
	assert.Equal(t, catalog.Done, b.run(t, plan).Items[0].State)
}

func TestP19_ChangedSchemeNeedsApprovalAndNewSchemeDoesNot(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	basic := auth.Scheme{ID: "basic", Type: auth.Basic}
	b.offer("slack@2.0.0", func(r *connector.Release) {
		m := *r.Manifest
		m.Auth = append(m.Auth[:1:1], basic)
		r.Manifest = &m
	})
	b.offer("slack@3.0.0", func(r *connector.Release) {
		m := *r.Manifest
		m.Auth = []auth.Scheme{basic}
		r.Manifest = &m
	})
	b.refresh(t)
	assert.False(t, b.plan(t, "slack@2.0.0").Items[0].NeedsApproval)
	it := b.plan(t, "slack@3.0.0").Items[0]
	assert.True(t, it.NeedsApproval)
	assert.Contains(t, it.Auth, "removed key")
}

func TestP19_OriginKnownOnlyAfterUnpackingIsHeldBackThen(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	b.offer("slack@2.0.0", func(r *connector.Release) { r.Manifest = nil })
	b.disk.manifest["slack@2.0.0"] = func(m *connector.Manifest) { m.Hosts = []string{"https://evil.example"} }
	b.refresh(t)
	plan := b.plan(t, "slack")
	assert.False(t, plan.Items[0].NeedsApproval, "nobody can know yet")
	st := b.run(t, plan).Items[0]
	assert.Equal(t, catalog.Failed, st.State)
	assert.Contains(t, st.Err, "evil.example")
	assert.Equal(t, "1.0.0", b.row(t, "slack").Active)
	assert.Equal(t, []string{"slack@1.0.0"}, b.disk.held(), "what was unpacked is gone")
	plan = b.plan(t, "slack")
	plan.Approve("slack")
	assert.Equal(t, catalog.Done, b.run(t, plan).Items[0].State)
}
