package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Principal is who asks. The host authenticates; the catalog believes it. All
// names are UTF-8 without control characters, of at most 512 bytes each.
type Principal struct {
	Tenant string   `json:"tenant"`           // required: there is no default tenant (P2)
	User   string   `json:"user,omitempty"`   // empty for a machine
	Groups []string `json:"groups,omitempty"` // of the user; at most 2,000
	Roles  []string `json:"roles,omitempty"`  // what the Authorizer looks at; at most 2,000
}

// The roles that the default Authorizer knows.
const (
	RoleAdmin  = "admin"
	RoleViewer = "viewer"
)

// errNoTenant is why a Principal without a tenant is refused.
var errNoTenant = errors.New("principal has no tenant")

// Bounds of a Principal, which is kept with everything it does.
const (
	maxPrincipalName  = 512 // bytes
	maxPrincipalNames = 2000
)

// check returns everything wrong with a Principal.
func (p Principal) check() error {
	var faults faultList
	if p.Tenant == "" {
		faults.add("%w", errNoTenant)
	}
	faults.names("tenant", p.Tenant)
	faults.names("user", p.User)
	faults.names("group", p.Groups...)
	faults.names("role", p.Roles...)
	return faults.err()
}

// names adds the names of a Principal that cannot be stored and shown.
func (f *faultList) names(what string, names ...string) {
	if len(names) > maxPrincipalNames {
		f.add("principal has %d %ss, at most %d are allowed", len(names), what, maxPrincipalNames)
		return
	}
	for _, s := range names {
		if len(s) > maxPrincipalName || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			f.add("principal's %s %.40q is no name", what, s)
		}
	}
}

// clone copies p, whose slices are the caller's.
func (p Principal) clone() Principal {
	p.Groups, p.Roles = slices.Clone(p.Groups), slices.Clone(p.Roles)
	return p
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
	// deny. resource is a connector key, for ActionHold also a publisher ("acme/*") or "*", and ""
	// when none is named, as with policies, assignments and connections that exist.
	Authorize(ctx context.Context, p Principal, a Action, resource string) error
}

// AuthorizerFunc makes an Authorizer of a function.
type AuthorizerFunc func(ctx context.Context, p Principal, a Action, resource string) error

// Authorize calls f.
func (f AuthorizerFunc) Authorize(ctx context.Context, p Principal, a Action, resource string) error {
	return f(ctx, p, a, resource)
}

// RoleAuthorizer is the default Authorizer: RoleAdmin may do everything, for all tenants (see Admin),
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
