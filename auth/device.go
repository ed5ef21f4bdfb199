package auth

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/egress"
)

// Intervals and bounds of the device flow.
const (
	DefaultDeviceInterval = 5 * time.Second // RFC 8628 section 3.2
	MaxDeviceInterval     = 5 * time.Minute
	DefaultDeviceTTL      = 10 * time.Minute // when the server does not say
	MaxDeviceTTL          = 24 * time.Hour

	slowDown = 5 * time.Second // RFC 8628 section 3.5
)

// DeviceAuthorization is an authorization that has begun on a device (RFC 8628
// section 3.2): what to show the person, and all that is needed to finish, as
// data. Encode is for sealing. It is not safe for concurrent use: polling
// changes it.
type DeviceAuthorization struct {
	// UserCode is what the person types at VerificationURI. VerificationURIComplete,
	// which may be empty, has it filled in.
	UserCode                string `json:"userCode"`
	VerificationURI         string `json:"verificationURI"`
	VerificationURIComplete string `json:"verificationURIComplete,omitempty"`
	// DeviceCode stands for the authorization at the token endpoint.
	DeviceCode Secret `json:"deviceCode,omitzero"`
	// Scopes are those that were asked for.
	Scopes []string `json:"scopes,omitempty"`
	// Interval is between two polls; NextPoll is when the next one is due.
	Interval time.Duration `json:"interval"`
	NextPoll time.Time     `json:"nextPoll"`
	// Expires is when it is too late to finish.
	Expires time.Time `json:"expires"`
	// ClientID and TokenURL are those of the Provider that began, and must be those
	// of the one that polls.
	ClientID string `json:"clientID"`
	TokenURL string `json:"tokenURL"`
}

// AuthorizeDevice begins an authorization on a device (RFC 8628 section 3.1), for
// schemes of type Device. scopes nil means the scheme's.
func (p *Provider) AuthorizeDevice(ctx context.Context, scopes []string) (*DeviceAuthorization, error) {
	const op = "device authorization"
	if err := p.unusable(op, Device); err != nil {
		return nil, err
	}
	scopes, err := p.scopes(scopes)
	if err != nil {
		return nil, err
	}
	form := url.Values{}
	p.aim(form, scopes)
	r, in, m, failed := p.call(ctx, op, p.scheme.DeviceURL, form)
	if failed != nil {
		return nil, failed
	}
	d, err := p.deviceReply(m, in.sent)
	if err != nil {
		return nil, r.bad(in, err)
	}
	d.Scopes, d.ClientID, d.TokenURL = scopes, p.app.ClientID, p.scheme.TokenURL
	return d, nil
}

// deviceReply reads the members of RFC 8628 section 3.2.
func (p *Provider) deviceReply(m jsonObject, sent time.Time) (*DeviceAuthorization, error) {
	code, err := secretMember(m, "device_code")
	if err != nil {
		return nil, err
	}
	where := m.text("verification_uri")
	if where == "" {
		where = m.text("verification_url") // as drafts of the RFC had it
	}
	d := &DeviceAuthorization{
		UserCode: m.text("user_code"), VerificationURI: where, DeviceCode: code,
		VerificationURIComplete: m.text("verification_uri_complete"),
	}
	switch {
	case code.IsZero():
		return nil, errors.New("it has no device code")
	case d.UserCode == "" || len(d.UserCode) > MaxIDBytes || !printable(strings.ReplaceAll(d.UserCode, " ", ""), ""):
		return nil, errors.New("it has no user code that can be shown")
	}
	for _, shown := range []string{d.VerificationURI, d.VerificationURIComplete} {
		if shown == "" && d.VerificationURI != "" {
			continue
		}
		if _, err := egress.CheckURL(shown, p.client.guard); err != nil {
			return nil, errors.New("a page to send the person to is refused")
		}
	}
	d.Interval = DefaultDeviceInterval
	if stated := lifetime(m.scalar("interval"), ExpirySeconds); stated > 0 {
		d.Interval = min(max(stated, time.Second), MaxDeviceInterval)
	}
	ttl := DefaultDeviceTTL
	if stated := lifetime(m.scalar("expires_in"), ExpirySeconds); stated > 0 {
		ttl = min(stated, MaxDeviceTTL)
	}
	d.Expires, d.NextPoll = sent.Add(ttl), sent.Add(d.Interval)
	return d, nil
}
