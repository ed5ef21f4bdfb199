package airbytefeed

import (
	"crypto/x509"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/internal/egress"
)

// DefaultMaxBytes bounds a registry document: 32 MiB, some ten times a
// real one.
const DefaultMaxBytes = 32 << 20

// DefaultName is the name of a feed that is given none.
const DefaultName = "airbyte"

// Options configure a Feed. The zero value and nil are the defaults.
type Options struct {
	// Name is the feed's name. Default DefaultName; two feeds of one catalog need
	// different ones.
	Name string
	// MaxBytes bounds the document; a longer one is an error. Unit bytes. 0 or
	// less means DefaultMaxBytes.
	MaxBytes int64

	// The following matter to URL only.

	// RootCAs verifies the server. Nil: the system's.
	RootCAs *x509.CertPool
	// HTTPClient lends its Transport, and its Timeout where Timeout here is zero.
	// With a Transport of its own, dialing, TLS and proxies are the caller's
	// business. Nil: a guarded one.
	HTTPClient *http.Client
	// Attempts is how often a request is tried in all. Default 3, at most 10.
	Attempts int
	// Timeout is for one Load. Default 30 minutes.
	Timeout time.Duration
	// Header is added to the request, such as an Authorization. It goes to the
	// document's own origin only, even if that redirects elsewhere. Default: none.
	Header http.Header
	// AllowHTTP permits an http URL. Default: https only.
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
	s.Header = s.Header.Clone()
	return s
}

func (o *Options) egress() *egress.Options {
	return &egress.Options{
		AllowHTTP: o.AllowHTTP, AllowPrivate: o.AllowPrivate, RootCAs: o.RootCAs,
		HTTPClient: o.HTTPClient, Attempts: o.Attempts, Timeout: o.Timeout,
	}
}
