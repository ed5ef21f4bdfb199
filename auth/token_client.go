package auth

import (
	"crypto/x509"
	"net/http"
	"slices"
	"time"

	"github.com/patchbay/patchbay/internal/egress"
)

// Defaults and bounds of TokenOptions.
const (
	DefaultTokenTimeout = 30 * time.Second
	MaxTokenTimeout     = 5 * time.Minute
	DefaultTokenSkew    = 30 * time.Second
	MaxTokenSkew        = 5 * time.Minute

	// MaxReplyBytes bounds the body of a reply, also after it was inflated.
	MaxReplyBytes = 1 << 20
)

// TokenOptions say what a TokenClient may reach, how long it waits, and what it
// keeps. The zero value, and nil, allow https to public addresses (C12) with the
// defaults below.
type TokenOptions struct {
	// HTTPClient lends its Transport and, when Timeout here is zero, its Timeout; its
	// Jar and CheckRedirect play no part. With a Transport of its own, dialing, TLS
	// and proxies are the caller's business: hosts are still checked as they are
	// written, but not the addresses that their names resolve to. It must not repeat
	// requests. Nil, or a client without a Transport: a guarded one, which makes a
	// new connection for every call, so that no request is lost on one that the server
	// has just given up.
	HTTPClient *http.Client
	// AllowHTTP permits http endpoints. Default: https only.
	AllowHTTP bool
	// AllowPrivate permits loopback and private addresses. Default: public ones only.
	AllowPrivate bool
	// RootCAs verifies servers. Nil: the system's. It plays no part with a Transport of
	// the caller.
	RootCAs *x509.CertPool
	// Timeout is for one call, from the dial to the last byte. 0 means
	// DefaultTokenTimeout; the bound is MaxTokenTimeout.
	Timeout time.Duration
	// Skew is how long before its end a token counts as expired, for clocks that differ
	// and requests under way; at most a quarter of the lifetime. 0 means
	// DefaultTokenSkew, less than 0 none; the bound is MaxTokenSkew.
	Skew time.Duration
	// Extra lists members of token replies that are kept in Token.Extra, as dotted
	// paths, such as "instance_url" or "team.id". They are taken for public; members
	// whose names speak of tokens or secrets are never kept. Default: none.
	Extra []string
	// Now tells the time. Default: time.Now.
	Now func() time.Time
}

// TokenClient speaks to authorization servers. Each call is one request: it is
// never repeated, and never follows a redirect (C11). Answers are bounded, and no
// error shows a secret.
//
// One client serves all schemes and apps of a program, through For. It is
// immutable, safe for concurrent use, starts nothing, and needs no closing.
type TokenClient struct {
	transport http.RoundTripper
	guard     *egress.Options
	timeout   time.Duration
	skew      time.Duration
	extra     []string
	now       func() time.Time
}

// NewTokenClient returns a TokenClient. o may be nil, and is copied.
func NewTokenClient(o *TokenOptions) *TokenClient {
	if o == nil {
		o = &TokenOptions{}
	}
	c := &TokenClient{
		guard: &egress.Options{AllowHTTP: o.AllowHTTP, AllowPrivate: o.AllowPrivate, RootCAs: o.RootCAs},
		skew:  o.Skew,
		extra: slices.Clone(o.Extra),
		now:   o.Now,
	}
	if c.timeout = o.Timeout; c.timeout <= 0 && o.HTTPClient != nil {
		c.timeout = o.HTTPClient.Timeout
	}
	if c.timeout <= 0 {
		c.timeout = DefaultTokenTimeout
	}
	c.timeout = min(c.timeout, MaxTokenTimeout)
	if c.skew == 0 {
		c.skew = DefaultTokenSkew
	}
	c.skew = min(max(c.skew, 0), MaxTokenSkew)
	if c.now == nil {
		c.now = time.Now
	}
	if o.HTTPClient != nil && o.HTTPClient.Transport != nil {
		c.transport = o.HTTPClient.Transport
		return c
	}
	own := egress.NewTransport(c.guard)
	// A connection that is kept may be closed by the server while a request is
	// written to it, and then nobody knows whether the refresh token was spent. And
	// HTTP/2 repeats requests by itself.
	own.DisableKeepAlives, own.ForceAttemptHTTP2 = true, false
	c.transport = own
	return c
}
