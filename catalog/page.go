package catalog

import (
	"context"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// ConnectorPage is the page of a published connector. Everything on it comes
// from the installed package, none of it from a feed (P20).
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
	Schemes []auth.Scheme
}

// ActivitiesPart lists the activities and whether they can be used yet (P14).
type ActivitiesPart struct {
	Readiness
	List []connector.Activity
}

// Connector returns the page of a published connector. One that is not
// published is not found, whether a feed offers it or not.
func (v *Viewer) Connector(ctx context.Context, key string) (*ConnectorPage, error) {
	const op = "show connector"
	if err := v.allow(ctx, op, key); err != nil {
		return nil, err
	}
	e, err := v.cat.snapshot().findPublished(key)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	page := &ConnectorPage{Listing: e.row.listing()}
	page.Activities.Readiness = e.pub.readiness(v.cat.opts.Clock())
	if m := e.manifest(); m != nil {
		page.DocsURL, page.Hosts = m.DocsURL, m.Hosts
		page.BuildTargets, page.Triggers = m.BuildTargets, m.Triggers
		page.Connections.Schemes, page.Activities.List = m.Auth, m.Activities
	}
	return page, nil
}

// manifest is that of the active version's package, or nil.
func (e *entry) manifest() *connector.Manifest {
	if in := e.installed[e.active()]; in != nil {
		return in.Receipt.Manifest
	}
	return nil
}
