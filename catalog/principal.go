package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Principal is who asks. The host authenticates; the catalog believes it.
type Principal struct {
	Tenant string   // required: there is no default tenant (P2)
	User   string   // empty for a machine
	Groups []string // of the user
	Roles  []string // what the Authorizer looks at
}

// The roles that the default Authorizer knows.
const (
	RoleAdmin  = "admin"
	RoleViewer = "viewer"
)

// errNoTenant is why a Principal without a tenant is refused.
var errNoTenant = errors.New("principal has no tenant")

func (p Principal) check() error {
	if p.Tenant == "" {
		return fmt.Errorf("%w: %w", ErrInvalid, errNoTenant)
	}
	return nil
}

// Action is what a Principal wants to do. An Authorizer compares it with the
// constants; new ones may be added in minor versions, so an Authorizer denies
// what it does not know.
type Action string

// The actions.
const (
	ActionView    Action = "view"    // published connectors
	ActionConnect Action = "connect" // make and change one's own connections
	ActionManage  Action = "manage"  // obtain an Admin and read through it
	ActionRefresh Action = "refresh" // load feeds now
	ActionInstall Action = "install" // plan and install
	ActionHold    Action = "hold"    // skip, unskip, pin, unpin
	ActionPrune   Action = "prune"   // remove superseded versions
	ActionGovern  Action = "govern"  // write policies and assignments
	ActionAudit   Action = "audit"   // read the audit log
)

// Authorizer decides what a Principal may do (P2). It is called for every
// method, so it must be fast, and from many goroutines.
type Authorizer interface {
	// Authorize returns nil to allow and an error, whose text says why, to
	// deny. resource is a connector key, or "" when no single one is meant.
	Authorize(ctx context.Context, p Principal, a Action, resource string) error
}

// AuthorizerFunc makes an Authorizer of a function.
type AuthorizerFunc func(ctx context.Context, p Principal, a Action, resource string) error

// Authorize calls f.
func (f AuthorizerFunc) Authorize(ctx context.Context, p Principal, a Action, resource string) error {
	return f(ctx, p, a, resource)
}

// RoleAuthorizer is the default Authorizer: RoleAdmin may do everything,
// RoleViewer may view what is published and connect to it, everybody else nothing.
func RoleAuthorizer() Authorizer {
	return AuthorizerFunc(func(_ context.Context, p Principal, a Action, _ string) error {
		switch {
		case slices.Contains(p.Roles, RoleAdmin):
			return nil
		case (a == ActionView || a == ActionConnect) && slices.Contains(p.Roles, RoleViewer):
			return nil
		default:
			return fmt.Errorf("no role of %q allows %q", p.User, a)
		}
	})
}

// authorize asks the Authorizer and makes every denial an ErrForbidden.
func (c *Catalog) authorize(ctx context.Context, p Principal, a Action, resource string) error {
	if err := p.check(); err != nil {
		return err
	}
	if err := c.opts.Authorizer.Authorize(ctx, p, a, resource); err != nil {
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	}
	return nil
}
