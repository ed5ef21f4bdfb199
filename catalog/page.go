package catalog

import (
	"context"
	"errors"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// ConnectorPage is the page of a published connector. Everything on it comes
// from the installed package, none of it from a feed (P20). It is shared with the
// catalog and must not be changed.
type ConnectorPage struct {
	Listing

	DocsURL string
	Hosts   []string // where credentials may be sent

	// The four parts.
	BuildTargets []string
	Connections  ConnectionsPart
	Triggers     []connector.TriggerType
	Activities   ActivitiesPart
}

// ConnectionsPart says how to connect.
type ConnectionsPart struct {
	Schemes []SchemeOption // in the manifest's order
}

// SchemeOption is one way to connect, and what policies say of it.
type SchemeOption struct {
	auth.Scheme

	// Decision says whether the principal may connect this way, and why (G4).
	Decision governance.Decision
	// Fields are what a form asks for, with what policies preset; none when the
	// scheme is disabled. What a registered app states already is not asked for.
	Fields []governance.Field
	// NoApp: it is allowed only by the tenant's own app, and none is registered yet.
	NoApp bool
}

// ActivitiesPart lists the activities and whether they can be used yet (P14).
type ActivitiesPart struct {
	Readiness
	List []connector.Activity
}

// Connector returns the page of a published connector. One that is not
// published is not found, whether a feed offers it or not; one that a policy
// disables for the principal is refused with ErrDisabledByPolicy and the
// policy's name (G10).
func (v *Viewer) Connector(ctx context.Context, key string) (*ConnectorPage, error) {
	const op = "show connector"
	if err := v.allow(ctx, op, key); err != nil {
		return nil, err
	}
	s, subject := v.cat.snapshot(), v.principal.subject()
	e, err := s.findPublished(key)
	if err == nil {
		err = s.engine.DecideConnector(subject, e.key).Err()
	}
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	page := &ConnectorPage{Listing: e.listed.listing()}
	page.Activities.Readiness = e.ready.readiness(v.cat.opts.Clock())
	if m := e.manifest(); m != nil {
		page.DocsURL, page.Hosts = m.DocsURL, m.Hosts
		page.BuildTargets, page.Triggers = m.BuildTargets, m.Triggers
		page.Activities.List = m.Activities
		for i := range m.Auth {
			d := s.engine.Decide(subject, e.key, &m.Auth[i])
			option := SchemeOption{Scheme: m.Auth[i], Decision: d}
			app, err := v.cat.registered(ctx, v.principal.Tenant, e.key, &m.Auth[i], d)
			switch {
			case errors.Is(err, ErrNoApp):
				option.NoApp = true
			case err != nil:
				return nil, &Error{Op: op, Key: key, Err: err}
			}
			option.Fields = d.Form(app.without(&m.Auth[i]).Params)
			page.Connections.Schemes = append(page.Connections.Schemes, option)
		}
	}
	return page, nil
}

// schemes are those of the active version's package.
func (e *entry) schemes() []auth.Scheme {
	if m := e.manifest(); m != nil {
		return m.Auth
	}
	return nil
}

// manifest is that of the active version's package, or nil.
func (e *entry) manifest() *connector.Manifest {
	if in := e.installed[e.active()]; in != nil {
		return in.Receipt.Manifest
	}
	return nil
}
