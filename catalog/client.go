package catalog

import (
	"context"
	"fmt"
	"net/http"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// StateError refuses the use of a connection that is not active. One that needs to be authenticated again is active
// after Connections.Reauthenticate or BeginReauthenticate. It wraps ErrForbidden.
type StateError struct {
	State  ConnectionState
	Reason string
}

func (e *StateError) Error() string {
	return fmt.Sprintf("the connection is %s: %s", e.State, e.Reason)
}

// Unwrap returns ErrForbidden.
func (e *StateError) Unwrap() error { return ErrForbidden }

// Client returns an HTTP client that adds the connection's credentials, and
// only toward the hosts that the manifest of the connection's own release names (C7, C10);
// requests to other hosts are refused: see auth.Transport. Every request asks whether the connection
// may be used, so a quarantine also stops the clients that are out (G13): those of this Catalog when it
// returns, those of other processes as Source says. Policies are not asked (G5). A token that has ended, or that the application answers with
// 401, is renewed first, once for all who wait for it (C9). ctx bounds only the making.
//
// The error wraps ErrNotFound, or is a *StateError. What Options.Transport
// allows, such as private addresses, holds for the client too.
func (c *Connections) Client(ctx context.Context, id string) (*http.Client, error) {
	const op = "connection client"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	client, err := c.client(ctx, id)
	if err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	return client, nil
}

func (c *Connections) client(ctx context.Context, id string) (*http.Client, error) {
	src, r, m, err := c.source(ctx, id)
	if err != nil {
		return nil, err
	}
	transport, err := c.cat.transport(m, src.scheme, r.Params, src)
	if err != nil {
		return nil, err
	}
	return transport.Client(), nil
}

// transport sends requests with credentials to the hosts of a manifest, filled
// with parameters that are no secrets.
func (c *Catalog) transport(m *connector.Manifest, s *auth.Scheme, params map[string]any, src auth.Source) (*auth.Transport, error) {
	hosts, faults := auth.CompileHosts(m.Hosts, params)
	if len(faults) > 0 {
		return nil, &ParamError{Faults: faults}
	}
	var opts auth.TransportOptions
	if c.opts.Transport != nil {
		opts = *c.opts.Transport
	}
	opts.Scheme, opts.Hosts, opts.Source = s, hosts, src
	return auth.NewTransport(&opts), nil
}

func (r *connRecord) usable() error {
	if r.State != ConnectionActive {
		return &StateError{State: r.State, Reason: r.Reason}
	}
	return nil
}

// schemeOf finds the manifest that a connection was made with (C7), and its scheme
// there.
func (c *Catalog) schemeOf(r *connRecord) (*connector.Manifest, *auth.Scheme, error) {
	return c.schemeIn(r, r.Release)
}

// schemeIn finds the scheme of a connection in an installed release.
func (c *Catalog) schemeIn(r *connRecord, release string) (*connector.Manifest, *auth.Scheme, error) {
	e := c.snapshot().entry(r.Key)
	if e == nil || e.installed[release] == nil || e.installed[release].Receipt.Manifest == nil {
		return nil, nil, fmt.Errorf("release %s: %w", release, ErrNotFound)
	}
	m := e.installed[release].Receipt.Manifest
	for i := range m.Auth {
		if m.Auth[i].ID == r.Scheme {
			return m, &m.Auth[i], nil
		}
	}
	return nil, nil, fmt.Errorf("scheme %q in release %s: %w", r.Scheme, release, ErrNotFound)
}
