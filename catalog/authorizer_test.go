package catalog_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
)

// Who may govern the connector "slack" may not write the policy of that name.
func TestP2_AnAuthorizerIsNotToldOfPoliciesAsIfTheyWereConnectors(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
		o.Authorizer = catalog.AuthorizerFunc(func(_ context.Context, _ catalog.Principal, a catalog.Action, resource string) error {
			if resource == "slack" || a == catalog.ActionManage && resource == "" {
				return nil
			}
			return errors.New("only slack is yours")
		})
	})
	ctx := t.Context()
	for name, call := range map[string]func() error{
		`put policy "slack"`: func() error {
			_, err := b.admin.PutPolicy(ctx, &governance.Policy{ID: "slack"})
			return err
		},
		`delete policy "slack"`: func() error { return b.admin.DeletePolicy(ctx, "slack", 0) },
		`assign "slack"`: func() error {
			_, err := b.admin.Assign(ctx, governance.Tenant("acme"), "slack")
			return err
		},
		`unassign "tenant \"acme\""`: func() error { return b.admin.Unassign(ctx, governance.Tenant("acme")) },
	} {
		err := call()
		require.ErrorIs(t, err, catalog.ErrForbidden, name)
		assert.Equal(t, "catalog: "+name+": forbidden: only slack is yours", err.Error(), "the failure still says what was meant")
	}
	_, err := b.admin.Policy(ctx, "slack")
	require.ErrorIs(t, err, catalog.ErrNotFound, "reading is allowed")
}
