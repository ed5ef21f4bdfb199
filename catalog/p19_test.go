package catalog_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/refinstaller"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func reference(hosts ...string) func(*connector.Release) {
	return func(r *connector.Release) {
		r.Artifact = connector.Artifact{URL: "docker://example/slack:" + r.Version, MediaType: connector.MediaReference}
		if r.Manifest != nil && hosts == nil {
			r.Manifest = nil
		} else if r.Manifest != nil {
			m := *r.Manifest
			m.Hosts = hosts
			r.Manifest = &m
		}
	}
}

// A release without a manifest in between must not launder a moved origin.
func TestP19_NoManifestInBetweenHidesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil, func(o *catalog.Options) { o.Installer = refinstaller.New(nil) })
	b.offer("slack@1.0.0", reference("https://good.example"))
	b.offer("slack@2.0.0", reference())
	b.offer("slack@3.0.0", reference("https://evil.example"))
	b.refresh(t)
	b.install(t, "slack@1.0.0")
	plan := b.plan(t, "slack@2.0.0")
	assert.True(t, plan.Items[0].NeedsApproval, "its schemes are gone")
	assert.Contains(t, plan.Items[0].Auth, "removed key")
	_, err := b.admin.Install(t.Context(), plan)
	require.ErrorIs(t, err, catalog.ErrApprovalRequired)
	plan.Approve("slack")
	require.Equal(t, catalog.Done, b.run(t, plan).Items[0].State)
	plan = b.plan(t, "slack@3.0.0")
	assert.True(t, plan.Items[0].NeedsApproval)
	assert.Contains(t, plan.Items[0].Origins, "added https://evil.example")
}

// What was approved is what is installed, even where the package says nothing
// of origins and the feed's manifest counts.
func TestP9_ManifestSwappedAfterThePlanIsRefused(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before Install", "before the item's turn"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"slack@1.0.0"})
			b.install(t, "slack")
			b.offer("slack@2.0.0", moveOrigin)
			b.refresh(t)
			plan := b.plan(t, "slack")
			plan.Approve("slack")
			swap := func() {
				b.offer("slack@2.0.0", func(r *connector.Release) {
					m := *r.Manifest
					m.Hosts = []string{"https://worse.example"}
					r.Manifest = &m
				})
				b.refresh(t)
			}
			if when == "before Install" {
				swap()
				_, err := b.admin.Install(t.Context(), plan)
				require.ErrorIs(t, err, catalog.ErrStalePlan)
				return
			}
			store := catalogtest.NewFaultStore(b.store)
			b.reopen(t, func(o *catalog.Options) { o.Store = store })
			store.Add(catalogtest.StoreFault{Key: "lease/slack", Do: func(context.Context) error { swap(); return nil }})
			st := b.run(t, plan).Items[0]
			assert.Equal(t, catalog.Failed, st.State)
			assert.Equal(t, "1.0.0", b.row(t, "slack").Active)
		})
	}
}

func TestP9_EveryChangeOfAPlanIsRefused(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]func(*catalog.PlanItem){
		"to a range":        func(it *catalog.PlanItem) { it.To = ">=2.0.0" },
		"to, spelt apart":   func(it *catalog.PlanItem) { it.To = " 2.0.0" },
		"stage":             func(it *catalog.PlanItem) { it.Stage = connector.Preview },
		"size":              func(it *catalog.PlanItem) { it.Size = -1 },
		"notes":             func(it *catalog.PlanItem) { it.Notes = "harmless" },
		"name":              func(it *catalog.PlanItem) { it.Name = "Something else" },
		"deprecated":        func(it *catalog.PlanItem) { it.Deprecated = "no" },
		"installed":         func(it *catalog.PlanItem) { it.Installed = true },
		"active":            func(it *catalog.PlanItem) { it.Active = true },
		"downgrade":         func(it *catalog.PlanItem) { it.Downgrade = true },
		"origins":           func(it *catalog.PlanItem) { it.Origins = it.Origins[:1] },
		"breaking":          func(it *catalog.PlanItem) { it.Breaking = nil },
		"key, spelt oddly":  func(it *catalog.PlanItem) { it.Key = "Slack" },
		"key of an unknown": func(it *catalog.PlanItem) { it.Key = "../slack" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"slack@1.0.0"})
			b.install(t, "slack")
			b.offer("slack@2.0.0", moveOrigin, func(r *connector.Release) {
				r.Breaking = []connector.Breaking{{Version: "2.0.0", Message: "x"}}
			})
			b.refresh(t)
			plan := b.plan(t, "slack")
			plan.Approve("slack")
			tamper(&plan.Items[0])
			rev := newest(t, b)
			_, err := b.admin.Install(t.Context(), plan)
			require.ErrorIs(t, err, catalog.ErrStalePlan)
			require.ErrorContains(t, err, map[string]string{"stage": "stage", "size": "size", "notes": "notes"}[name])
			assert.Equal(t, rev, newest(t, b), "nothing was written")
		})
	}
}

func TestP9_HugePlanOfOneConnectorIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	plan := b.plan(t, "slack")
	for len(plan.Items) < 100_000 {
		plan.Items = append(plan.Items, plan.Items...)
	}
	_, err := b.admin.Install(t.Context(), plan)
	require.ErrorIs(t, err, catalog.ErrStalePlan)
	assert.Less(t, len(err.Error()), 1000, "it says so once")
	plan = b.plan(t, "slack")
	plan.Items = append(plan.Items, plan.Items[0])
	b.offer("jira@1.0.0")
	b.refresh(t)
	_, err = b.admin.Install(t.Context(), plan)
	require.ErrorIs(t, err, catalog.ErrInvalid)
}

// Two who install the same at the same moment both get what they asked for.
func TestP11_SamePlanTwiceAtOnceIsDoneOnceAndJoined(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0"})
	var plans []*catalog.Plan
	for range 8 {
		plans = append(plans, b.plan(t, "a", "b"))
	}
	openA, openB := b.disk.gate("a@1.0.0"), b.disk.gate("b@1.0.0")
	var wg, begun sync.WaitGroup
	begun.Add(len(plans))
	states := make(chan catalog.ItemState, 2*len(plans))
	for _, plan := range plans {
		wg.Go(func() {
			op, err := b.admin.Install(t.Context(), plan)
			begun.Done()
			if err != nil {
				t.Errorf("nothing is active yet, so no plan is stale: %v", err)
				return
			}
			st, err := op.Wait(within(t, 10*time.Second))
			if assert.NoError(t, err) {
				states <- st.Items[0].State
				states <- st.Items[1].State
			}
		})
	}
	begun.Wait()
	openA()
	openB()
	wg.Wait()
	close(states)
	count := map[catalog.ItemState]int{}
	for s := range states {
		count[s]++
	}
	assert.Equal(t, map[catalog.ItemState]int{catalog.Done: 2, catalog.Skipped: 14}, count)
	assert.False(t, b.disk.overlap)
}

// Two processes may know different feeds; they share what was planned first.
func TestP15_PlannedDigestBindsOtherProcessesToo(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	feed := catalogtest.NewFakeFeed("other")
	feed.Offer("slack", "1.0.0", []byte("other bytes"))
	other := b.second(t, func(o *catalog.Options) { o.Feeds = []catalog.Feed{feed} })
	stale := other.plan(t, "slack")
	b.install(t, "slack")
	_, err := other.admin.Install(t.Context(), stale)
	require.ErrorIs(t, err, catalog.ErrStalePlan)
	_, err = other.admin.Plan(t.Context(), catalog.Pick("slack", "1.0.0"))
	require.ErrorIs(t, err, catalog.ErrInvalid)
	require.ErrorContains(t, err, "P15")
	_, err = other.admin.Prune(t.Context(), "slack")
	require.NoError(t, err)
}

// The receipt says what the installer did; what contradicts the plan is not
// activated.
func TestP9_ReceiptForSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*installer.Receipt){
		"key":     func(r *installer.Receipt) { r.Key = "b" },
		"version": func(r *installer.Receipt) { r.Version = "9.9.9" },
		"digest":  func(r *installer.Receipt) { r.Digest = connector.DigestOf([]byte("other")) },
		"not JSON": func(r *installer.Receipt) {
			r.Manifest.Activities = []connector.Activity{{Name: "x", Input: []byte("{")}}
		},
	} {
		b := newBench(t, []string{"a@1.0.0"})
		b.reopen(t, func(o *catalog.Options) { o.Installer = &lyingInstaller{b.disk, edit} })
		st := b.run(t, b.plan(t, "a")).Items[0]
		assert.Equal(t, catalog.Failed, st.State, name)
		assert.Empty(t, b.published(t))
	}
}

type lyingInstaller struct {
	*fakeDisk

	edit func(*installer.Receipt)
}

func (l *lyingInstaller) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := l.fakeDisk.Install(ctx, pkg, report)
	if err == nil {
		l.edit(r)
	}
	return r, err
}
