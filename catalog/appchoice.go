package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// registration is the app that a connection goes by. One that stands among the
// parameters has no id and no record.
type registration struct {
	storedApp

	own bool     // the tenant's own
	at  appPlace // where its record is
	rev Revision // of the record
}

// registered finds the app that a new connection goes by: the tenant's own, else the
// catalog's unless the policy requires an own one (G4). It returns nil where the
// scheme goes by none, and where only parameters can state it.
func (c *Catalog) registered(ctx context.Context, tenant string, key connector.Key, scheme *auth.Scheme, d governance.Decision) (*registration, error) {
	if !scheme.Type.NeedsApp() {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	owners := []string{tenant, ""}
	if d.RequiresOwnApp() {
		owners = owners[:1]
	}
	for _, owner := range owners {
		at := appPlace{owner, key, scheme.ID}
		rec, rev, err := get[appRecord](ctx, c, at.key())
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &registration{storedApp: rec.Current, own: owner != "", at: at, rev: rev}, nil
	}
	if d.RequiresOwnApp() {
		return nil, fmt.Errorf("%w: policy %q requires the tenant's own app", ErrNoApp, d.Policy())
	}
	return nil, nil //nolint:nilnil // there is none, which is no error
}

// registrationOf finds the app that a connection was made with; nil for none.
func (c *Catalog) registrationOf(ctx context.Context, r *connRecord) (*registration, error) {
	if r.App == "" {
		return nil, nil //nolint:nilnil // it goes by none, or by its parameters
	}
	at := appPlace{"", r.Key, r.Scheme}
	if r.OwnApp {
		at.Tenant = r.Tenant
	}
	rec, rev, err := get[appRecord](ctx, c, at.key())
	if err != nil {
		return nil, fmt.Errorf("the app it was made with: %w", err)
	}
	app := rec.find(r.App)
	if app == nil {
		return nil, fmt.Errorf("the app it was made with: %w", ErrNotFound)
	}
	return &registration{storedApp: *app, own: r.OwnApp, at: at, rev: rev}, nil
}

// without is a scheme that does not ask for the app, where there is one.
func (g *registration) without(s *auth.Scheme) *auth.Scheme {
	if g == nil {
		return s
	}
	stated := auth.AppParams(s)
	less := *s
	less.Params = slices.DeleteFunc(slices.Clone(s.Params), func(p auth.Param) bool { return slices.Contains(stated, p.Key) })
	return &less
}

// app returns the app of a registration, or the one that the values state.
func (c *Catalog) app(ctx context.Context, g *registration, s *auth.Scheme, values map[string]any) (*auth.App, error) {
	if g != nil {
		return c.openApp(ctx, g.at.Tenant, &g.storedApp)
	}
	if a := auth.AppOf(s, values); a != nil {
		return a, nil
	}
	return nil, ErrNoApp
}

// provider returns the authorization server of a scheme as an app sees it.
func (c *Catalog) provider(ctx context.Context, g *registration, s *auth.Scheme, values map[string]any) (*auth.Provider, error) {
	app, err := c.app(ctx, g, s, values)
	if err != nil {
		return nil, err
	}
	var endpoints *auth.Metadata
	if g != nil {
		endpoints = g.Endpoints
	}
	if endpoints == nil && s.Issuer != "" && lacksEndpoint(s) {
		if endpoints, err = c.metadata.of(ctx, c.tokens, s.Issuer); err != nil {
			return nil, err
		}
	}
	return c.tokens.For(s, app, endpoints)
}

// lacksEndpoint reports whether the scheme leaves one to its issuer's metadata.
func lacksEndpoint(s *auth.Scheme) bool {
	return s.TokenURL == "" || s.Type == auth.OAuth2Code && s.AuthorizeURL == "" || s.Type == auth.Device && s.DeviceURL == ""
}
