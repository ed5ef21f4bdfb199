package egress

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"time"
)

// The defaults and bounds of Options.
const (
	DefaultAttempts      = 3
	MaxAttempts          = 10
	DefaultWait          = 500 * time.Millisecond
	DefaultMaxWait       = 30 * time.Second
	DefaultHeaderTimeout = 30 * time.Second
	DefaultStallTimeout  = 30 * time.Second
	DefaultTimeout       = 30 * time.Minute

	// MaxRedirects is how many redirects one request follows.
	MaxRedirects = 5
	// MinProgress is how many bytes of a body must come within StallTimeout. It
	// is what a server can drip without being cut off: 34 bytes a second by
	// default.
	MinProgress = 1024
	// MaxHeaderBytes bounds the header of a response.
	MaxHeaderBytes = 64 << 10
)

// Options says what a Client may reach and for how long it tries. The zero
// value, and nil, allow https to public addresses with the defaults below.
// Durations and numbers that are zero or negative mean their default; nothing
// means "unbounded".
type Options struct {
	// AllowHTTP permits http URLs. A redirect still never changes the scheme.
	AllowHTTP bool
	// AllowPrivate permits loopback, the private ranges of RFC 1918 and RFC 4193,
	// shared address space (RFC 6598) and names under "localhost". Metadata
	// services inside those ranges stay refused.
	AllowPrivate bool
	// RootCAs verifies servers. Nil: the system's.
	RootCAs *x509.CertPool
	// HTTPClient lends its Transport and, when Timeout here is zero, its Timeout;
	// its Jar and CheckRedirect play no part. With a Transport of its own, dialing,
	// TLS and proxies are the caller's business: hosts are still checked as they
	// are written, but not the addresses that their names resolve to. Nil, or a
	// client without a Transport: a guarded one.
	HTTPClient *http.Client

	// Attempts is how often a request is tried in all (default 3, at most 10).
	Attempts int
	// Wait is the pause after the first failure; it doubles each time, with
	// jitter (default 500 ms).
	Wait time.Duration
	// MaxWait bounds one pause (default 30 s). A server that asks for a longer one
	// in Retry-After is not asked again.
	MaxWait time.Duration

	// HeaderTimeout is from the dial to the end of the response header, for each
	// attempt (default 30 s).
	HeaderTimeout time.Duration
	// StallTimeout is how long MinProgress bytes of the body may take (default 30 s).
	// Only time spent waiting for the server counts.
	StallTimeout time.Duration
	// Timeout is for everything from the call to the last byte, including pauses
	// of the reader (default 30 min).
	Timeout time.Duration

	resolver *net.Resolver // for tests
	dial     func(ctx context.Context, network, addr string) (net.Conn, error)
}

// withDefaults returns a copy of o in which every bound is set. o may be nil.
func (o *Options) withDefaults() Options {
	var s Options
	if o != nil {
		s = *o
	}
	if s.Timeout <= 0 && s.HTTPClient != nil {
		s.Timeout = s.HTTPClient.Timeout
	}
	if s.Attempts <= 0 {
		s.Attempts = DefaultAttempts
	}
	s.Attempts = min(s.Attempts, MaxAttempts)
	orDefault(&s.Wait, DefaultWait)
	orDefault(&s.MaxWait, DefaultMaxWait)
	orDefault(&s.HeaderTimeout, DefaultHeaderTimeout)
	orDefault(&s.StallTimeout, DefaultStallTimeout)
	orDefault(&s.Timeout, DefaultTimeout)
	return s
}

func orDefault(d *time.Duration, v time.Duration) {
	if *d <= 0 {
		*d = v
	}
}
