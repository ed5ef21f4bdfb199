package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/auth"
)

// Poll asks whether the person has agreed on the device, and makes the connection when
// they have, or authenticates the one again that BeginReauthenticate was about. Until then the error wraps
// auth.ErrAuthorizationPending: ask again after DevicePrompt.Interval. Asking earlier, or from several
// places, asks the provider no more often (RFC 8628 section 3.5). Otherwise it is like Complete.
func (c *Connections) Poll(ctx context.Context, id string) (*Connection, error) {
	const op = "poll connection"
	if err := c.allow(ctx, op, ActionConnect, ""); err != nil {
		return nil, err
	}
	conn, err := c.poll(ctx, id)
	if err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	return conn, nil
}

func (c *Connections) poll(ctx context.Context, id string) (*Connection, error) {
	s, err := c.findSession(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.Redirect != "" {
		return nil, fmt.Errorf("%w: it is a browser's: see Complete", ErrInvalid)
	}
	secrets, err := openJSON[sessionSecrets](ctx, c.cat, s.binding(), s.Sealed)
	if err != nil {
		return nil, err
	}
	begun, err := auth.DecodeDeviceAuthorization(auth.NewSecret(secrets.Begun))
	if err != nil {
		return nil, err
	}
	now := c.cat.opts.Clock()
	if now.Before(begun.NextPoll) {
		return nil, auth.ErrAuthorizationPending
	}
	f, err := c.finishing(ctx, s, &secrets)
	if errors.Is(err, ErrConflict) { // it will never be otherwise
		return nil, errors.Join(err, c.endSession(ctx, s))
	}
	if err != nil {
		return nil, err
	}
	// Whoever else asks before there is an answer is too early: the code is for one use.
	claim := *begun
	claim.NextPoll = now.Add(max(begun.Interval, c.cat.tokenTimeout()))
	if err := c.keepPolling(ctx, s, &secrets, &claim); err != nil {
		return nil, err
	}
	token, err := f.provider.PollDevice(ctx, begun)
	if err != nil {
		return nil, c.notYet(ctx, s, &secrets, begun, err)
	}
	if err := c.endSession(ctx, s); err != nil {
		f.giveBack(c.cat, token)
		return nil, err
	}
	return c.finish(ctx, f, token)
}

// tokenTimeout is how long a call to a token endpoint may take.
func (c *Catalog) tokenTimeout() time.Duration {
	o := c.opts.Tokens
	switch {
	case o != nil && o.Timeout > 0:
		return min(o.Timeout, auth.MaxTokenTimeout)
	case o != nil && o.HTTPClient != nil && o.HTTPClient.Timeout > 0:
		return min(o.HTTPClient.Timeout, auth.MaxTokenTimeout)
	default:
		return auth.DefaultTokenTimeout
	}
}

// notYet keeps the session for as long as the person may still agree.
func (c *Connections) notYet(ctx context.Context, s *session, secrets *sessionSecrets, begun *auth.DeviceAuthorization, cause error) error {
	if errors.Is(cause, auth.ErrAuthorizationPending) || errors.Is(cause, auth.ErrTransient) || ctx.Err() != nil {
		return errors.Join(cause, ignore(c.keepPolling(context.WithoutCancel(ctx), s, secrets, begun), auth.ErrAuthorizationPending))
	}
	return errors.Join(cause, c.endSession(ctx, s))
}

// keepPolling stores when the next poll is due. It is no change worth an audit
// entry.
func (c *Connections) keepPolling(ctx context.Context, s *session, secrets *sessionSecrets, d *auth.DeviceAuthorization) error {
	text, err := d.Encode()
	if err != nil {
		return err
	}
	next := *secrets
	next.Begun = text.Reveal()
	if s.Sealed, err = c.cat.sealJSON(ctx, s.binding(), next); err != nil {
		return err
	}
	rev, err := c.cat.store.Apply(ctx, Put(s.key(), encode(s), At(s.rev)))
	if errors.Is(err, ErrConflict) {
		return auth.ErrAuthorizationPending // somebody else asks
	}
	s.rev = rev
	return err
}
