package npmfeed

import (
	"crypto/x509"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/internal/egress"
)

// The defaults and bounds of Options.
const (
	DefaultName             = "npm"
	DefaultMaxBytes         = 16 << 20  // 16 MiB
	DefaultMaxArtifactBytes = 256 << 20 // 256 MiB
	DefaultParallel         = 4
	MaxParallel             = 32
	// MaxPackages bounds the packages of one feed.
	MaxPackages = 10_000
)

// Options configure a Feed. The zero value and nil are the defaults.
type Options struct {
	// Name is the feed's name. Default DefaultName; two feeds of one catalog need
	// different ones.
	Name string
	// MaxBytes bounds one packument; a longer one is a Problem. Unit bytes. 0 or
	// less means DefaultMaxBytes.
	MaxBytes int64
	// MaxArtifactBytes bounds one tarball. Unit bytes. 0 or less means
	// DefaultMaxArtifactBytes.
	MaxArtifactBytes int64

	// The following matter to Registry only.

	// Origins are further origins, such as "https://cdn.example.com", whose tarball
	// URLs are taken as they stand. Default: none but the registry's own.
	Origins []string
	// Parallel is how many packuments are fetched at once. 0 or less means
	// DefaultParallel; the bound is MaxParallel.
	Parallel int
	// RootCAs verifies servers. Nil: the system's.
	RootCAs *x509.CertPool
	// HTTPClient lends its Transport, and its Timeout where Timeout here is zero.
	// With a Transport of its own, dialing, TLS and proxies are the caller's
	// business. Nil: a guarded one.
	HTTPClient *http.Client
	// Attempts is how often a request is tried in all. Default 3, at most 10.
	Attempts int
	// Timeout is for one packument, or for one tarball from its opening to its last
	// byte. Default 30 minutes.
	Timeout time.Duration
	// Header is added to every request to the registry's origin, such as an
	// Authorization. It goes to no other origin. Default: none.
	Header http.Header
	// AllowHTTP permits http URLs. Default: https only.
	AllowHTTP bool
	// AllowPrivate permits loopback and private addresses. Default: public ones only.
	AllowPrivate bool
}

// settled returns the options with defaults filled in.
func (o *Options) settled() Options {
	var s Options
	if o != nil {
		s = *o
	}
	if s.Name == "" {
		s.Name = DefaultName
	}
	if s.MaxBytes <= 0 {
		s.MaxBytes = DefaultMaxBytes
	}
	if s.MaxArtifactBytes <= 0 {
		s.MaxArtifactBytes = DefaultMaxArtifactBytes
	}
	if s.Parallel <= 0 {
		s.Parallel = DefaultParallel
	}
	s.Parallel = min(s.Parallel, MaxParallel)
	s.Header = s.Header.Clone()
	return s
}

func (o *Options) egress() *egress.Options {
	return &egress.Options{
		AllowHTTP: o.AllowHTTP, AllowPrivate: o.AllowPrivate, RootCAs: o.RootCAs,
		HTTPClient: o.HTTPClient, Attempts: o.Attempts, Timeout: o.Timeout,
	}
}
