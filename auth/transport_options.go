package auth

import (
	"crypto/x509"
	"net/http"
	"time"
)

// Defaults and bounds of TransportOptions.
const (
	DefaultHeaderTimeout    = time.Minute
	DefaultClientTimeout    = 30 * time.Minute
	DefaultMaxResponseBytes = 1 << 30
	DefaultAttempts         = 3
	MaxAttempts             = 10
	DefaultRetryWait        = 500 * time.Millisecond
	DefaultMaxRetryWait     = 30 * time.Second

	// MaxRedirects is how many redirects one request follows.
	MaxRedirects = 5
)

// Outside says what becomes of requests to hosts that are not in a Transport's
// list. None of them ever carries credentials. The zero value is OutsideRefused.
type Outside int

// What becomes of them.
const (
	// OutsideRefused: they fail with a *HostError, also when a server redirects
	// there.
	OutsideRefused Outside = iota
	// OutsideRedirects: redirects from listed hosts are followed, for servers
	// that hand out downloads elsewhere. The program's own requests are refused.
	OutsideRedirects
	// OutsideAllowed: they are sent, too.
	OutsideAllowed
)

// TransportOptions says which credentials a Transport adds, where to, and what
// it may reach. The zero value, and nil, reach no host at all. Durations and
// numbers that are zero or negative mean their default; nothing means "unbounded".
type TransportOptions struct {
	// Scheme says how credentials travel. Nil: its type is None.
	Scheme *Scheme
	// Source gives the credentials. Nil: there are none, and requests that need
	// some fail with a *PlacementError.
	Source Source
	// Hosts lists what credentials may reach; see CompileHosts. Empty: no host.
	Hosts []HostPattern
	// Outside says what becomes of requests to other hosts. Default: refused.
	Outside Outside
	// Placers put credentials of Custom schemes on requests, by Scheme.ID. Schemes of
	// other types do not look here. The map is copied.
	Placers map[string]Placer

	// AllowHTTP permits http, also with credentials toward entries of Hosts that
	// were not written with "https://". It is for tests and machines without TLS;
	// a redirect never goes from https to http. Default: https only.
	AllowHTTP bool
	// AllowPrivate permits loopback and private addresses. Metadata services stay
	// refused. Default: public addresses only (C12).
	AllowPrivate bool
	// RootCAs verifies servers. Nil: the system's.
	RootCAs *x509.CertPool
	// Base sends the requests. Nil: a guarded transport, which judges every address
	// that it dials and knows no proxy. With a Base, dialing, TLS and proxies are its
	// business: hosts are still checked as they are written, but not the addresses
	// that their names resolve to, and RootCAs plays no part. It must neither
	// follow redirects nor log headers. A scheme of type MTLS needs an *http.Transport
	// here, of which a copy gets the client certificate.
	Base http.RoundTripper

	// Attempts is how often an idempotent request is tried in all (default
	// DefaultAttempts, at most MaxAttempts); 1 means no retries. A request sent again
	// after a renewal counts anew.
	Attempts int
	// RetryWait is the pause after the first failure; it doubles each time, with
	// jitter (default DefaultRetryWait).
	RetryWait time.Duration
	// MaxRetryWait bounds one pause (default DefaultMaxRetryWait). When a server asks
	// for a longer one in Retry-After, its answer is returned instead.
	MaxRetryWait time.Duration
	// HeaderTimeout is how long a server may take to answer once a request is
	// written (default DefaultHeaderTimeout). A Base has its own.
	HeaderTimeout time.Duration
	// Timeout is for everything from the call to the last byte of the body, for the
	// client that Transport.Client returns (default DefaultClientTimeout).
	Timeout time.Duration
	// MaxResponseBytes bounds a response's body, after decompression (default
	// DefaultMaxResponseBytes). Reading beyond it fails with ErrResponseTooLarge.
	MaxResponseBytes int64
}

// withDefaults returns a copy of o in which every bound is set. o may be nil.
func (o *TransportOptions) withDefaults() TransportOptions {
	var s TransportOptions
	if o != nil {
		s = *o
	}
	if s.Scheme == nil {
		s.Scheme = &Scheme{Type: None}
	}
	if s.Attempts <= 0 {
		s.Attempts = DefaultAttempts
	}
	s.Attempts = min(s.Attempts, MaxAttempts)
	fallback(&s.RetryWait, DefaultRetryWait)
	fallback(&s.MaxRetryWait, DefaultMaxRetryWait)
	fallback(&s.HeaderTimeout, DefaultHeaderTimeout)
	fallback(&s.Timeout, DefaultClientTimeout)
	fallback(&s.MaxResponseBytes, DefaultMaxResponseBytes)
	return s
}

func fallback[T ~int64](field *T, standard T) {
	if *field <= 0 {
		*field = standard
	}
}
