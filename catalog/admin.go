package catalog

import "context"

// Admin runs the catalog: it sees what feeds offer, installs, skips and pins, and it governs.
// Take one from Catalog.Manage. It is safe for concurrent use.
//
// It acts for all tenants, whatever the tenant of its principal, which is only what the audit log names: its policies,
// assignments and apps may be another tenant's, and it can quarantine every connection. So a
// program that lets a tenant's own administrators govern does not hand them an Admin, but calls
// it for them with scopes and apps of their tenant.
type Admin struct {
	cat       *Catalog
	principal Principal
}

// allow asks the Authorizer for one method. Failures carry op and key.
func (a *Admin) allow(ctx context.Context, op string, action Action, key string) error {
	return a.allowOn(ctx, op, action, key, key)
}

// allowOn is allow for what is no connector, such as a policy. Its name is in the failure only: an
// Authorizer would take the policy "slack" for the connector.
func (a *Admin) allowOn(ctx context.Context, op string, action Action, key, name string) error {
	err := a.cat.usable()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = a.cat.authorize(ctx, a.principal, action, key)
	}
	if err != nil {
		return &Error{Op: op, Key: name, Err: err}
	}
	return nil
}
