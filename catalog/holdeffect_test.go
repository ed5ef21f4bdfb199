package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The effect of a skip is its own, not that of whatever else happened since
// the catalog last looked.
func TestP7_EffectIsThatOfTheSkipAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0", "slack@3.0.0", "jira@1.0.0"})
	_, err := b.admin.Skip(t.Context(), "*", &catalog.Skip{Versions: ">=2.0.0", Reason: "r", Expires: b.time().Add(time.Hour)})
	require.NoError(t, err)
	b.pass(2 * time.Hour) // it has expired, and no row was derived since
	other := b.second(t)
	other.now = b.now
	other.offer("slack@4.0.0")
	other.refresh(t) // which this catalog may not have heard of
	eff, err := b.admin.Skip(t.Context(), "*", &catalog.Skip{Versions: "4.0.0", Reason: "r"})
	require.NoError(t, err)
	assert.Equal(t, []catalog.HoldEffect{{Key: "slack", Before: "4.0.0", After: "3.0.0"}}, eff.Connectors)
	eff, err = b.admin.Pin(t.Context(), "slack", &catalog.Pin{Versions: "1.0.0", Reason: "r"})
	require.NoError(t, err)
	assert.Equal(t, []catalog.HoldEffect{{Key: "slack", Before: "3.0.0", After: "1.0.0"}}, eff.Connectors)
	eff, err = b.admin.Pin(t.Context(), "*", &catalog.Pin{Versions: "2.0.0", Reason: "wider, so it decides nothing for slack"})
	require.NoError(t, err)
	require.Len(t, eff.Connectors, 1)
	assert.EqualValues(t, "jira", eff.Connectors[0].Key)
	assert.NotEmpty(t, eff.Connectors[0].Why)
}

// Who may hold one connector's versions may not lift another's holds.
func TestP2_LiftingAHoldIsAuthorizedByItsScope(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"}, func(o *catalog.Options) {
		o.Authorizer = catalog.AuthorizerFunc(func(_ context.Context, p catalog.Principal, a catalog.Action, resource string) error {
			if p.User == "sue" && a == catalog.ActionHold && resource != "slack" {
				return assert.AnError
			}
			return nil
		})
	})
	sue, err := b.Manage(catalog.Principal{Tenant: "acme", User: "sue"})
	require.NoError(t, err)
	foreign, err := b.admin.Skip(t.Context(), "jira", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
	require.NoError(t, err)
	own, err := sue.Skip(t.Context(), "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
	require.NoError(t, err)
	require.ErrorIs(t, sue.Unskip(t.Context(), foreign.ID), catalog.ErrForbidden)
	require.ErrorIs(t, sue.Unskip(t.Context(), "nothing"), catalog.ErrForbidden, "whether it exists is not told")
	require.NoError(t, sue.Unskip(t.Context(), own.ID))
	require.ErrorIs(t, b.admin.Unskip(t.Context(), own.ID), catalog.ErrNotFound)
}
