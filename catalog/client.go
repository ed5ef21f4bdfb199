package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// StateError refuses the use of a connection that is not active. It wraps
// ErrForbidden.
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
// requests to other hosts are refused: see auth.Transport. Whether the connection
// may be used is looked up for every request, so a quarantine also stops the clients that are out
// (G13); policies are not asked (G5). ctx bounds only the making.
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
	r, _, err := c.find(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := r.usable(); err != nil {
		return nil, err
	}
	m, scheme, err := c.cat.schemeOf(r)
	if err != nil {
		return nil, err
	}
	hosts, faults := auth.CompileHosts(m.Hosts, r.Params)
	if len(faults) > 0 {
		return nil, &ParamError{Faults: faults}
	}
	var opts auth.TransportOptions
	if c.cat.opts.Transport != nil {
		opts = *c.cat.opts.Transport
	}
	opts.Scheme, opts.Hosts, opts.Source = scheme, hosts, &connSource{conns: c, id: id, scheme: scheme}
	return auth.NewTransport(&opts).Client(), nil
}

func (r *connRecord) usable() error {
	if r.State != ConnectionActive {
		return &StateError{State: r.State, Reason: r.Reason}
	}
	return nil
}

// schemeOf finds the manifest of the connection's own release, and its scheme
// there.
func (c *Catalog) schemeOf(r *connRecord) (*connector.Manifest, *auth.Scheme, error) {
	e := c.snapshot().entry(r.Key)
	if e == nil || e.installed[r.Release] == nil || e.installed[r.Release].Receipt.Manifest == nil {
		return nil, nil, fmt.Errorf("release %s of the connection: %w", r.Release, ErrNotFound)
	}
	m := e.installed[r.Release].Receipt.Manifest
	for i := range m.Auth {
		if m.Auth[i].ID == r.Scheme {
			return m, &m.Auth[i], nil
		}
	}
	return nil, nil, fmt.Errorf("scheme %q in release %s: %w", r.Scheme, r.Release, ErrNotFound)
}

// connSource reads the credentials of one connection anew for every request:
// they are opened for as long as the request is written and kept nowhere.
type connSource struct {
	conns  *Connections
	id     string
	scheme *auth.Scheme
}

// Credentials implements auth.Source. Parameters cannot be renewed, so a 401
// is the caller's to see.
func (s *connSource) Credentials(ctx context.Context, refused *auth.Credentials) (*auth.Credentials, error) {
	if err := s.conns.cat.usable(); err != nil {
		return nil, err
	}
	r, _, err := s.conns.find(ctx, s.id)
	if err == nil {
		err = r.usable()
	}
	if err != nil {
		return nil, &Error{Op: "use connection", Key: s.id, Err: err}
	}
	if refused != nil && refused.Generation >= r.Generation {
		return nil, fmt.Errorf("the credentials are fixed: %w", errors.ErrUnsupported)
	}
	values, err := s.conns.open(ctx, r)
	if err != nil {
		return nil, &Error{Op: "use connection", Key: s.id, Err: err}
	}
	creds := auth.CredentialsOf(s.scheme, values)
	creds.Generation = r.Generation
	return creds, nil
}

// open returns all parameters of a connection, secrets as auth.Secret.
func (c *Connections) open(ctx context.Context, r *connRecord) (map[string]any, error) {
	values := make(map[string]any, len(r.Params)+1)
	maps.Copy(values, r.Params)
	sealed, _, err := get[auth.Sealed](ctx, c.cat, r.secretKey())
	if errors.Is(err, ErrNotFound) {
		return values, nil // the scheme has no secrets
	}
	if err != nil {
		return nil, err
	}
	plain, err := c.cat.sealer.OpenBytes(ctx, r.binding(), sealed)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	var secrets map[string]any
	if err := json.Unmarshal(plain, &secrets); err != nil {
		return nil, errors.New("the credential is damaged") // err might quote it
	}
	for k, v := range secrets {
		if text, ok := v.(string); ok {
			v = auth.NewSecret(text)
		}
		values[k] = v
	}
	return values, nil
}
