package catalog

import (
	"context"
	"errors"

	"github.com/patchbay/patchbay/auth"
)

// maxRevoking is how many revocations are under way at once. Each has a token in memory and a request
// that a provider may leave without an answer; beyond that the rest is not tried.
const maxRevoking = 1024

// revokeSoon tells the provider in the background that a token will not be used again.
// Nobody waits for it, and a failure is logged: what is deleted here is deleted (C4).
func (c *Catalog) revokeSoon(r *connRecord, cred *credential) {
	if cred == nil || cred.token == nil {
		return
	}
	if c.revoking.Add(1) > maxRevoking {
		c.revoking.Add(-1)
		c.opts.Logger.Warn("patchbay: token not revoked, too many are being revoked", "connection", r.ID, "connector", r.Key)
		return
	}
	if !c.background(func(ctx context.Context) {
		defer c.revoking.Add(-1)
		ctx, cancel := context.WithTimeout(ctx, auth.DefaultTokenTimeout)
		defer cancel()
		err := c.revoke(ctx, r, cred)
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			c.opts.Logger.WarnContext(ctx, "patchbay: token not revoked", "connection", r.ID, "connector", r.Key, "error", err)
		}
	}) {
		c.revoking.Add(-1)
	}
}

func (c *Catalog) revoke(ctx context.Context, r *connRecord, cred *credential) error {
	_, scheme, err := c.schemeOf(r)
	if err != nil {
		return err
	}
	app, err := c.registrationOf(ctx, r)
	if err != nil {
		return err
	}
	provider, err := c.provider(ctx, app, scheme, cred.all(r))
	if err != nil {
		return err
	}
	return provider.Revoke(ctx, cred.token)
}
