package auth

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// PollDevice asks once whether the person has finished (RFC 8628 section 3.4). It
// fails with ErrAuthorizationPending while they have not, also without asking when
// NextPoll has not come, and with ErrExpired, ErrAccessDenied or another
// *TokenError when they never will. It moves d.NextPoll, and d.Interval when the server
// is to be asked less often (RFC 8628 section 3.5): whoever keeps d keeps it anew.
func (p *Provider) PollDevice(ctx context.Context, d *DeviceAuthorization) (*Token, error) {
	const op = "device poll"
	if err := p.unusable(op, Device); err != nil {
		return nil, err
	}
	refuse := func(err error) (*Token, error) {
		return nil, &TokenError{Op: op, Outcome: OutcomeNotSent, Err: err}
	}
	now := p.client.now()
	switch {
	case d == nil || d.DeviceCode.IsZero():
		return refuse(because(ErrBadReply, errors.New("there is no device code")))
	case d.ClientID != p.app.ClientID || d.TokenURL != p.scheme.TokenURL:
		return refuse(because(ErrBadReply, errors.New("the authorization began with another app or server")))
	case !now.Before(d.Expires):
		return refuse(ErrExpired)
	case now.Before(d.NextPoll):
		return refuse(ErrAuthorizationPending)
	}
	form := url.Values{"grant_type": {grantDevice}, "device_code": {d.DeviceCode.Reveal()}}
	p.aim(form, nil)
	t, err := p.obtain(ctx, op, form, d.Scopes)
	d.wait(err, p.client.now())
	return t, err
}

// wait sets when the next poll is due.
func (d *DeviceAuthorization) wait(err error, now time.Time) {
	d.Interval = max(d.Interval, time.Second)
	after := time.Duration(0)
	if failed, ok := errors.AsType[*TokenError](err); ok {
		after = failed.RetryAfter
		switch {
		case failed.Code == "slow_down":
			d.Interval += slowDown
		case errors.Is(err, ErrTransient):
			d.Interval *= 2
		}
	}
	d.Interval = min(d.Interval, MaxDeviceInterval)
	d.NextPoll = now.Add(max(d.Interval, after))
}

// WaitDevice polls until the person has finished, the authorization expires or
// ctx ends. Errors that pass are waited out.
func (p *Provider) WaitDevice(ctx context.Context, d *DeviceAuthorization) (*Token, error) {
	for {
		t, err := p.PollDevice(ctx, d)
		if err == nil || ctx.Err() != nil {
			return t, err
		}
		if !errors.Is(err, ErrAuthorizationPending) && !errors.Is(err, ErrTransient) {
			return nil, err
		}
		due := d.NextPoll
		if due.After(d.Expires) {
			due = d.Expires
		}
		timer := time.NewTimer(due.Sub(p.client.now()))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, &TokenError{Op: "device poll", Outcome: OutcomeNotSent, Err: ctx.Err()}
		}
	}
}
