package catalog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// Source returns the credentials of a connection for programs that do not speak HTTP by Client: SDKs that
// bring their own, SMTP, gRPC. It makes the same checks as Client, and Client uses it. The program then answers for
// where the credentials go.
//
// Asking it again costs no more than a token that a program keeps by itself: the answer is remembered, in the
// clear, for as long as the Source is referenced, and given again for a minute at most. It is given no more, and the connection is looked up
// again, once it has been changed through this Catalog (from when that call returns), once the change of another
// process is known (within Options.FollowEvery, or at once where the store is a Watcher), when its token has ended,
// and when the store could not be followed for some three times FollowEvery. A token that has ended, or that
// the caller was refused with, is renewed once for all who wait for it (C9). The Credentials that it
// returns must not be changed.
//
// The errors of Source, and of what it returns, wrap ErrNotFound or ErrClosed, or are a *StateError or *RenewalError. ctx bounds only
// the making. The Source is safe for concurrent use and needs no closing.
func (c *Connections) Source(ctx context.Context, id string) (auth.Source, error) {
	const op = "connection source"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	src, _, _, err := c.source(ctx, id)
	if err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	return src, nil
}

// source is Source for who has been let in already, and returns what it has found.
func (c *Connections) source(ctx context.Context, id string) (*connSource, *connRecord, *connector.Manifest, error) {
	r, _, err := c.find(ctx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := r.usable(); err != nil {
		return nil, nil, nil, err
	}
	m, scheme, err := c.cat.schemeOf(r)
	if err != nil {
		return nil, nil, nil, err
	}
	return c.sourceOf(id, scheme), r, m, nil
}

// connSource gives the credentials of one connection. What it has read of the store it remembers for as
// long as it holds.
type connSource struct {
	conns  *Connections
	id     string
	scheme *auth.Scheme
	mark   *atomic.Uint64 // counts the changes of the connection
	last   atomic.Pointer[answer]
	asked  singleflight.Group // by the mark, and what was refused
}

func (c *Connections) sourceOf(id string, scheme *auth.Scheme) *connSource {
	return &connSource{conns: c, id: id, scheme: scheme, mark: c.cat.fresh.mark(c.principal.Tenant, id)}
}

// Credentials implements auth.Source. Parameters cannot be renewed, so there a 401
// is the caller's to see.
func (s *connSource) Credentials(ctx context.Context, refused *auth.Credentials) (*auth.Credentials, error) {
	if refused == nil {
		if creds := s.again(); creds != nil {
			return creds, nil
		}
	}
	creds, err := s.credentials(ctx, refused)
	if err != nil {
		return nil, &Error{Op: "use connection", Key: s.id, Err: err}
	}
	return creds, nil
}

// credentials looks the connection up, once for all who ask while nothing changes: a thousand callers whose token
// has ended ask the store no more often than one.
func (s *connSource) credentials(ctx context.Context, refused *auth.Credentials) (*auth.Credentials, error) {
	key := strconv.FormatUint(s.mark.Load(), 36)
	if refused != nil {
		key += " " + strconv.FormatUint(refused.Generation, 36)
	}
	return shared(ctx, s.conns.cat, &s.asked, key, func(ctx context.Context) (*auth.Credentials, error) {
		return s.lookUp(ctx, refused)
	})
}

// lookUp reads the credentials, and renews a token that has ended or was refused.
func (s *connSource) lookUp(ctx context.Context, refused *auth.Credentials) (*auth.Credentials, error) {
	cat := s.conns.cat
	for renewed := false; ; renewed = true {
		if err := cat.usable(); err != nil {
			return nil, err
		}
		mark, start := s.mark.Load(), time.Since(cat.fresh.began)
		r, cred, err := s.read(ctx)
		if err != nil {
			s.last.Store(nil)
			return nil, err
		}
		late := refused == nil || refused.Generation < r.Generation // somebody has renewed already
		if !late && !cat.renewable(r, cred) {
			return nil, fmt.Errorf("the credentials cannot be renewed now: %w", errors.ErrUnsupported)
		}
		if late && (cred.token == nil || renewed || !cred.token.Expired(cat.opts.Clock())) {
			creds, err := cat.credentialsOf(ctx, r, s.scheme, cred)
			if err == nil {
				s.keep(creds, cred.token, mark, start)
			}
			return creds, err
		}
		if err := cat.renew(ctx, r); err != nil {
			return nil, err
		}
	}
}

// read reads the connection and its credential, which are two records.
func (s *connSource) read(ctx context.Context) (*connRecord, *credential, error) {
	for {
		r, _, err := s.conns.find(ctx, s.id)
		if err == nil {
			err = r.usable()
		}
		if err != nil {
			return nil, nil, err
		}
		cred, err := s.conns.cat.open(ctx, r)
		if err == nil {
			return r, cred, nil
		}
		if now, _, gone := s.conns.find(ctx, s.id); gone != nil || now.Generation == r.Generation {
			return nil, nil, err
		} // else it was replaced between the two reads
	}
}

// credentialsOf are what requests of a connection carry.
func (c *Catalog) credentialsOf(ctx context.Context, r *connRecord, s *auth.Scheme, cred *credential) (*auth.Credentials, error) {
	var app *registration
	var err error
	if s.Type == auth.OAuth1 {
		app, err = c.registrationOf(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	creds, err := c.credentials(ctx, s, cred.all(r), app, cred.token)
	if err != nil {
		return nil, err
	}
	creds.Generation = r.Generation
	return creds, nil
}

// credentials are what requests carry: the values, and the token or the consumer's key
// that are none of them.
func (c *Catalog) credentials(ctx context.Context, s *auth.Scheme, values map[string]any, g *registration, token *auth.Token) (*auth.Credentials, error) {
	if token != nil {
		// Nothing else is for the application: neither the app's secret nor what the token was obtained with.
		return &auth.Credentials{Values: map[string]auth.Secret{auth.ValueToken: token.AccessToken}}, nil
	}
	creds := auth.CredentialsOf(s, values)
	if s.Type == auth.OAuth1 && g != nil {
		app, err := c.openApp(ctx, g.at.Tenant, &g.storedApp)
		if err != nil {
			return nil, err
		}
		creds.Values[auth.ValueConsumerKey] = auth.NewSecret(app.ClientID)
		creds.Values[auth.ValueConsumerSecret] = app.ClientSecret
	}
	return creds, nil
}
