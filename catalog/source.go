package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/auth"
)

// connSource reads the credentials of one connection anew for every request:
// they are opened for as long as the request is written and kept nowhere.
type connSource struct {
	conns  *Connections
	id     string
	scheme *auth.Scheme
}

// Credentials implements auth.Source. Parameters cannot be renewed, so there a 401
// is the caller's to see.
func (s *connSource) Credentials(ctx context.Context, refused *auth.Credentials) (*auth.Credentials, error) {
	creds, err := s.credentials(ctx, refused)
	if err != nil {
		return nil, &Error{Op: "use connection", Key: s.id, Err: err}
	}
	return creds, nil
}

func (s *connSource) credentials(ctx context.Context, refused *auth.Credentials) (*auth.Credentials, error) {
	cat := s.conns.cat
	for renewed := false; ; renewed = true {
		if err := cat.usable(); err != nil {
			return nil, err
		}
		r, cred, err := s.read(ctx)
		if err != nil {
			return nil, err
		}
		late := refused == nil || refused.Generation < r.Generation // somebody has renewed already
		if !late && !cat.renewable(r, cred) {
			return nil, fmt.Errorf("the credentials cannot be renewed now: %w", errors.ErrUnsupported)
		}
		if late && (cred.token == nil || renewed || !cred.token.Expired(cat.opts.Clock())) {
			return cat.credentialsOf(ctx, r, s.scheme, cred)
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
