package httpfeed

import (
	"crypto/x509"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/egress"
)

// DefaultMaxArtifactBytes bounds an artifact.
const DefaultMaxArtifactBytes = 1 << 30

// Options changes how a Feed reads. The zero value, and nil, are good for a
// public https server.
type Options struct {
	// Name is the feed's name. Default: host and path of the URL. A feed keeps its
	// name only for as long as its URL serves the same index: what the catalog
	// remembers of it (ETag, highest version) is kept by name.
	Name string
	// Header is sent with requests to the origin of the URL, such as an
	// Authorization; never to another origin, and not after a redirect has left it.
	Header http.Header

	// AllowHTTP permits http URLs.
	AllowHTTP bool
	// AllowPrivate permits loopback and private addresses, but no metadata
	// services.
	AllowPrivate bool
	// RootCAs verifies the server. Nil: the system's.
	RootCAs *x509.CertPool
	// HTTPClient lends its Transport, and its Timeout where Timeout here is zero.
	// With a Transport of its own, dialing, TLS and proxies are the caller's
	// business: hosts are still checked as they are written, but not the
	// addresses that their names resolve to. Its CheckRedirect and Jar play no
	// part. Nil: a guarded one.
	HTTPClient *http.Client

	// Attempts is how often a request is tried in all. Default 3, at most 10.
	Attempts int
	// Timeout is for one Load, or for one artifact from its opening to its last
	// byte. Default 30 minutes.
	Timeout time.Duration
	// MaxArtifactBytes bounds an artifact; one that states its size is bounded by
	// that as well. Default DefaultMaxArtifactBytes.
	MaxArtifactBytes int64
	// Parse bounds the index. Nil: its defaults, among them 512 MiB in all. A
	// Load of what nothing is known of needs about twice the index's size of memory at its peak.
	Parse *connector.ParseOptions
}

// egress returns the options of the transport.
func (o *Options) egress() *egress.Options {
	return &egress.Options{
		AllowHTTP: o.AllowHTTP, AllowPrivate: o.AllowPrivate, RootCAs: o.RootCAs,
		HTTPClient: o.HTTPClient, Attempts: o.Attempts, Timeout: o.Timeout,
	}
}
