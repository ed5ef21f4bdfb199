package catalog_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestP5_PreReleaseIsPreviewWhateverTheFeedSays(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0-rc.1"}) // the fake feed says GA
	row := b.row(t, "slack")
	assert.Equal(t, connector.Preview, row.Stage)
	assert.Empty(t, row.Newest)
	assert.Equal(t, "1.0.0-rc.1", row.Version, "the row still shows what there is")
	assert.NotEmpty(t, row.Why)
	_, err := b.admin.Plan(t.Context(), catalog.Pick("slack", ""))
	require.ErrorIs(t, err, catalog.ErrNoEligible)
	b.install(t, "slack@1.0.0-rc.1")
	assert.Equal(t, connector.Preview, b.row(t, "slack").Stage)
}

func TestP6_PreviewRules(t *testing.T) {
	t.Parallel()
	for rule, want := range map[catalog.PreviewRule][2]string{
		catalog.PreviewNever:  {"1.0.0", ""},
		catalog.PreviewIfNoGA: {"1.0.0", "0.1.0-beta"},
		catalog.PreviewAlways: {"2.0.0-rc.1", "0.1.0-beta"},
	} {
		b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0-rc.1", "jira@0.1.0-beta"}, func(o *catalog.Options) { o.Preview = rule })
		assert.Equal(t, want, [2]string{b.row(t, "slack").Newest, b.row(t, "jira").Newest}, "%q", rule)
	}
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0-rc.1"})
	plan, err := b.admin.Plan(t.Context(), catalog.Choice{Key: "slack", Preview: true})
	require.NoError(t, err)
	assert.Equal(t, "2.0.0-rc.1", plan.Items[0].To)
}

func TestP6_AvailableExplainAndPlanAgree(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@1.1.0", "slack@2.0.0", "slack@2.1.0-rc.1"})
	_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "2.0.0", Reason: "breaks approvals"})
	require.NoError(t, err)
	sel, err := b.admin.Explain(t.Context(), "slack")
	require.NoError(t, err)
	assert.Equal(t, "1.1.0", sel.Target)
	assert.Equal(t, sel.Target, b.row(t, "slack").Newest)
	assert.Equal(t, sel.Target, b.plan(t, "slack").Items[0].To)
	codes := map[string]version.Code{}
	for _, v := range sel.Verdicts {
		codes[v.Version] = v.Code
		assert.NotEmpty(t, v.Reason)
		assert.NotEmpty(t, v.Rule)
	}
	assert.Equal(t, map[string]version.Code{
		"2.1.0-rc.1": version.CodePreview, "2.0.0": version.CodeSkipped, "1.1.0": version.CodeTarget, "1.0.0": version.CodeEligible,
	}, codes)
}

func TestP6_HostRequirementIsPartOfTheChoice(t *testing.T) {
	t.Parallel()
	offers := func(b *bench) {
		b.offer("slack@1.0.0")
		b.offer("slack@2.0.0", func(r *connector.Release) { r.Requires = ">=5.0.0" })
		b.refresh(t)
	}
	old := newBench(t, nil, func(o *catalog.Options) { o.HostVersion = "4.9.0" })
	offers(old)
	assert.Equal(t, "1.0.0", old.row(t, "slack").Newest)
	recent := newBench(t, nil, func(o *catalog.Options) { o.HostVersion = "5.1.0" })
	offers(recent)
	assert.Equal(t, "2.0.0", recent.row(t, "slack").Newest)
	silent := newBench(t, nil)
	offers(silent)
	assert.Equal(t, "1.0.0", silent.row(t, "slack").Newest, "an unstated host fits nothing that asks for one")
}

func TestP7_SkippedVersionIsRefusedByName(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "2.0.0", Reason: "breaks approvals"})
	require.NoError(t, err)
	_, err = b.admin.Plan(t.Context(), catalog.Pick("slack", "2.0.0"))
	require.ErrorIs(t, err, catalog.ErrNoEligible)
	require.ErrorContains(t, err, "breaks approvals")
	require.ErrorContains(t, err, "ada")
	var why *catalog.NotEligibleError
	require.ErrorAs(t, err, &why)
	assert.Equal(t, version.CodeSkipped, why.Selection.Code)
}

func TestP7_SkipIsReversibleAndNeverInvalidatesWhatIsInstalled(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	b.install(t, "slack", "jira")
	eff, err := b.admin.Skip(t.Context(), "*", &catalog.Skip{Versions: ">=1.0.0", Reason: "freeze"})
	require.NoError(t, err)
	assert.True(t, eff.Stranded(), "the skip says that it leaves nothing eligible")
	require.Len(t, eff.Connectors, 2)
	assert.Equal(t, connector.Key("jira"), eff.Connectors[0].Key)
	assert.NotEmpty(t, eff.Connectors[0].Why)
	row := b.row(t, "slack")
	assert.True(t, row.Stranded)
	assert.Equal(t, "1.0.0", row.Active)
	assert.Len(t, b.published(t), 2)
	var skips []version.Hold
	for h, err := range b.admin.Skips(t.Context(), "slack") {
		require.NoError(t, err)
		skips = append(skips, h)
	}
	require.Len(t, skips, 1)
	assert.Equal(t, "ada", skips[0].By)
	require.NoError(t, b.admin.Unskip(t.Context(), eff.ID))
	assert.False(t, b.row(t, "slack").Stranded)
	require.ErrorIs(t, b.admin.Unskip(t.Context(), eff.ID), catalog.ErrNotFound)
}

func TestP7_SkipExpires(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"})
	_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "2.0.0", Reason: "r", Expires: b.time().Add(time.Hour)})
	require.NoError(t, err)
	assert.Equal(t, "1.0.0", b.row(t, "slack").Newest)
	b.pass(time.Hour)
	assert.Equal(t, "2.0.0", b.row(t, "slack").Newest, "without any write")
	assert.Equal(t, "2.0.0", b.plan(t, "slack").Items[0].To)
}

func TestP7_BadSkipsReportEveryFaultAndChangeNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	past := b.time().Add(-time.Second)
	_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "v1", Expires: past})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, part := range []string{"v1", "Reason", "Expires"} {
		require.ErrorContains(t, err, part)
	}
	for _, bad := range []struct{ scope, versions string }{
		{"", "1.0.0"}, {"slack", ""}, {"Slack", "1.0.0"}, {"nope", "1.0.0"}, {"slack", "!=1.0.0"}, {"slack", "01.0.0"}, {"../*", "1.0.0"},
	} {
		_, err := b.admin.Skip(t.Context(), bad.scope, &catalog.Skip{Versions: bad.versions, Reason: "r"})
		require.Error(t, err, "%+v", bad)
	}
	_, err = b.admin.Pin(t.Context(), "slack", nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, err := range b.admin.Skips(t.Context(), "") {
		t.Error("nothing was recorded", err)
	}
}

func TestP8_NarrowerPinWins(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"acme/crm@1.0.0", "acme/crm@1.5.0", "acme/crm@2.0.0", "acme/erp@2.0.0", "acme/erp@1.0.0"})
	_, err := b.admin.Pin(t.Context(), "acme/*", &catalog.Pin{Versions: "<2.0.0", Reason: "budget"})
	require.NoError(t, err)
	assert.Equal(t, "1.5.0", b.row(t, "acme/crm").Newest)
	eff, err := b.admin.Pin(t.Context(), "acme/crm", &catalog.Pin{Versions: "2.0.0", Reason: "needed"})
	require.NoError(t, err)
	assert.Equal(t, []catalog.HoldEffect{{Key: "acme/crm", Before: "1.5.0", After: "2.0.0"}}, eff.Connectors)
	assert.Equal(t, "1.0.0", b.row(t, "acme/erp").Newest)
	n := 0
	for _, err := range b.admin.Pins(t.Context(), "acme/crm") {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 2, n)
	require.NoError(t, b.admin.Unpin(t.Context(), eff.ID))
	assert.Equal(t, "1.5.0", b.row(t, "acme/crm").Newest)
}

func TestDisplayNameIsNoKeyAndNamesTheKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"acme/crm@1.0.0"})
	b.feed.Edit("acme/crm", func(c *connector.Connector) { c.Name = "Great CRM" })
	b.refresh(t)
	_, err := b.admin.Explain(t.Context(), "great crm")
	require.ErrorContains(t, err, "acme/crm")
	_, err = b.For(viewerP).Connector(t.Context(), "Great CRM")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "acme/crm", "a viewer learns nothing of what is not published")
	_, err = b.admin.Explain(t.Context(), "nothing")
	require.ErrorIs(t, err, catalog.ErrNotFound)
}
