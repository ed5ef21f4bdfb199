package catalog_test

import (
	"math"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// triggered is a connection whose release declares a trigger; a later release
// declares another.
func triggered(t *testing.T) (*bench, *catalog.Connection, *catalog.Triggers) {
	t.Helper()
	b := connectable(t)
	types := func(names ...string) func(*connector.Release) {
		return func(r *connector.Release) {
			r.Manifest.Triggers = nil
			for _, n := range names {
				r.Manifest.Triggers = append(r.Manifest.Triggers, connector.TriggerType{
					Name: n, Mode: connector.Polling, Params: []auth.Param{{Key: "channel", Role: auth.RoleRequired}, {Key: "limit", Kind: auth.KindInteger, Default: 5}},
				})
			}
			r.Manifest.Triggers = append(r.Manifest.Triggers, connector.TriggerType{Name: "own", Mode: connector.Webhook, NeedsOwnApp: true})
		}
	}
	b.offer("zoom@1.0.0", types("message"))
	b.offer("zoom@2.0.0", types("meeting"))
	b.refresh(t)
	b.install(t, "zoom@1.0.0")
	conn, err := b.For(viewerP).Connections().Create(t.Context(), "zoom", "key", &catalog.ConnectionRequest{Name: "z"})
	require.NoError(t, err)
	return b, conn, b.For(viewerP).Connections().Triggers(conn.ID)
}

func goodTrigger() *catalog.TriggerRequest {
	return &catalog.TriggerRequest{Name: "t", Params: map[string]any{"channel": "c"}, Filters: []catalog.Filter{{Field: "user.name", Op: catalog.Contains, Value: "a"}}}
}

func listTriggers(t *testing.T, tr *catalog.Triggers) []catalog.Trigger {
	t.Helper()
	var all []catalog.Trigger
	for one, err := range tr.List(t.Context()) {
		require.NoError(t, err)
		all = append(all, one)
	}
	return all
}

func TestTriggersComeFromTheConnectionsOwnRelease(t *testing.T) {
	t.Parallel()
	b, _, triggers := triggered(t)
	b.install(t, "zoom@2.0.0")
	_, err := triggers.Create(t.Context(), "meeting", goodTrigger())
	require.ErrorIs(t, err, catalog.ErrNotFound, "C7: the connection keeps its release")
	made, err := triggers.Create(t.Context(), "message", goodTrigger())
	require.NoError(t, err)
	assert.True(t, made.Enabled)
	assert.EqualValues(t, 5, made.Params["limit"])
	_, err = triggers.Create(t.Context(), "own", &catalog.TriggerRequest{Name: "o"})
	require.ErrorIs(t, err, catalog.ErrForbidden)
}

func TestTriggerRequestsReportEveryFault(t *testing.T) {
	t.Parallel()
	_, _, triggers := triggered(t)
	_, err := triggers.Create(t.Context(), "message", &catalog.TriggerRequest{Params: map[string]any{"x": 1}, Filters: []catalog.Filter{
		{Op: catalog.Equals, Value: 1}, {Field: "a", Op: "like", Value: "x"}, {Field: "a", Op: catalog.Greater, Value: "x"},
		{Field: "a", Op: catalog.Contains, Value: true}, {Field: "a", Op: catalog.Equals, Value: []int{1}},
		{Field: "a", Op: catalog.Less, Value: math.NaN()}, {Field: "a\xff", Op: catalog.Equals, Value: 1}, {Field: "a", Op: catalog.Equals, Value: "\xff"},
	}})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, part := range []string{"Name", "channel", "x", "Filters[0]", "Filters[1]", "Filters[2]", "Filters[3]", "Filters[4]", "Filters[5]", "Filters[6]", "Filters[7]"} {
		require.ErrorContains(t, err, part)
	}
	_, err = triggers.Create(t.Context(), "message", nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	assert.Empty(t, listTriggers(t, triggers))
}

func TestTriggerLife(t *testing.T) {
	t.Parallel()
	b, conn, triggers := triggered(t)
	made, err := triggers.Create(t.Context(), "message", goodTrigger())
	require.NoError(t, err)
	require.NoError(t, triggers.Disable(t.Context(), made.ID))
	edited := goodTrigger()
	edited.Name = "renamed"
	require.NoError(t, triggers.Edit(t.Context(), made.ID, edited))
	all := listTriggers(t, triggers)
	require.Len(t, all, 1)
	assert.Equal(t, []any{"renamed", false, conn.ID}, []any{all[0].Name, all[0].Enabled, all[0].Connection})
	require.NoError(t, triggers.Enable(t.Context(), made.ID))
	require.ErrorIs(t, triggers.Enable(t.Context(), "nope"), catalog.ErrNotFound)
	require.ErrorIs(t, triggers.Edit(t.Context(), made.ID, nil), catalog.ErrInvalid)

	eve := b.For(catalog.Principal{Tenant: "acme", User: "eve", Roles: viewerP.Roles}).Connections().Triggers(conn.ID)
	for _, err := range eve.List(t.Context()) {
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
	require.ErrorIs(t, eve.Delete(t.Context(), made.ID), catalog.ErrNotFound)
	require.NoError(t, triggers.Delete(t.Context(), made.ID))
	assert.Empty(t, listTriggers(t, triggers))
}

func TestC4_DeletingAConnectionDeletesItsTriggers(t *testing.T) {
	t.Parallel()
	b, conn, triggers := triggered(t)
	for range 3 {
		_, err := triggers.Create(t.Context(), "message", goodTrigger())
		require.NoError(t, err)
	}
	require.NoError(t, b.For(viewerP).Connections().Delete(t.Context(), conn.ID))
	recs, err := b.store.List(t.Context(), "trigger/", "", 10)
	require.NoError(t, err)
	assert.Empty(t, recs)
}
