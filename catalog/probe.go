package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// probeTimeout bounds one probe.
const probeTimeout = 30 * time.Second

// ProbeError says that the application did not accept credentials that were tried out.
// It wraps Err, or ErrForbidden when there is none.
type ProbeError struct {
	Status int // of the answer; 0 without one
	Err    error
}

func (e *ProbeError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the application cannot be asked: %v", e.Err)
	}
	return fmt.Sprintf("the application answered %d %s", e.Status, http.StatusText(e.Status))
}

// Unwrap returns the cause.
func (e *ProbeError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return ErrForbidden
}

// TestResult is what Connections.Test found out.
type TestResult struct {
	// OK: the connection is active, its token is fresh, and the application accepts it.
	OK bool
	// Probed: the application itself was asked. Not every manifest says how.
	Probed bool
	Reason string // why it is not OK
	State  ConnectionState
	At     time.Time
}

// Test asks the provider now whether an active connection works (C6): a token that has ended
// is renewed, and the application is asked where the manifest says how. A connection whose
// credentials it does not know any more (401) becomes ConnectionNeedsReauth, which only Reauthenticate ends. What
// does not work is the result; the error is about what could not be found out. No policy is asked (G5).
func (c *Connections) Test(ctx context.Context, id string) (*TestResult, error) {
	const op = "test connection"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	result, err := c.test(ctx, id)
	if err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	return result, nil
}

func (c *Connections) test(ctx context.Context, id string) (*TestResult, error) {
	r, _, err := c.find(ctx, id)
	if err != nil {
		return nil, err
	}
	result := &TestResult{}
	if r.State == ConnectionActive {
		var failed error
		tried := &triedSource{}
		if result.Probed, failed = c.try(ctx, r, tried); failed != nil {
			result.Reason = failed.Error()
		}
		if ctx.Err() != nil {
			return nil, ctx.Err() // it says nothing of the provider
		}
		result.OK = failed == nil
		if refused, ok := errors.AsType[*ProbeError](failed); ok && refused.Status == http.StatusUnauthorized {
			r.Generation = tried.last.Load() // on the way there it may have been renewed
			if err := c.cat.needsReauth(ctx, r, "tested: "+refused.Error()); err != nil {
				return nil, err
			}
		}
	}
	if r, _, err = c.find(ctx, id); err != nil {
		return nil, err
	}
	result.State, result.At = r.State, c.cat.opts.Clock().UTC()
	result.OK = result.OK && r.State == ConnectionActive
	if result.Reason == "" {
		result.Reason = r.Reason
	}
	return result, nil
}

// try reports whether the application was asked, and what went wrong.
func (c *Connections) try(ctx context.Context, r *connRecord, src *triedSource) (probed bool, err error) {
	m, scheme, err := c.cat.schemeOf(r)
	if err != nil {
		return false, err
	}
	src.Source = c.sourceOf(r.ID, scheme)
	if m.Probe != "" {
		return true, c.cat.probe(ctx, m, scheme, r.Params, src)
	}
	_, err = src.Credentials(ctx, nil)
	return false, err
}

// triedSource remembers which generation of the credential was tried last.
type triedSource struct {
	auth.Source

	last atomic.Uint64
}

// Credentials implements auth.Source.
func (s *triedSource) Credentials(ctx context.Context, refused *auth.Credentials) (*auth.Credentials, error) {
	creds, err := s.Source.Credentials(ctx, refused)
	if err == nil {
		s.last.Store(creds.Generation)
	}
	return creds, err
}

// needsReauth makes a connection wait for its owner, unless its credential was
// replaced meanwhile.
func (c *Catalog) needsReauth(ctx context.Context, seen *connRecord, reason string) error {
	return c.amend(ctx, seen, actionLost, func(r *connRecord) ([]Op, error) {
		r.lose(reason, c.opts.Clock().UTC())
		return nil, nil
	})
}

// probeNew tries the credentials of a connection that is being made.
func (c *Catalog) probeNew(ctx context.Context, cand *candidate, token *auth.Token) error {
	m := cand.e.manifest()
	if m == nil || m.Probe == "" {
		return nil
	}
	creds, err := c.credentials(ctx, cand.scheme, cand.values, cand.app, token)
	if err != nil {
		return err
	}
	return c.probe(ctx, m, cand.scheme, public(cand.scheme, cand.values), auth.StaticSource(creds))
}

// probe asks the application once; a *ProbeError says that it does not work.
func (c *Catalog) probe(ctx context.Context, m *connector.Manifest, s *auth.Scheme, params map[string]any, src auth.Source) error {
	u, err := auth.FillURL(m.Probe, params)
	if err != nil {
		return &ProbeError{Err: err}
	}
	transport, err := c.transport(m, s, params, src)
	if err != nil {
		return err
	}
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	resp, err := transport.Client().Do((&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}).WithContext(ctx))
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return &ProbeError{Err: err}
	}
	defer func() { _ = resp.Body.Close() }()            // only its status counts
	_, _ = io.CopyN(io.Discard, resp.Body, 1<<12)       // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 { // redirects were followed
		return &ProbeError{Status: resp.StatusCode}
	}
	return nil
}
