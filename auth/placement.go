package auth

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
)

// The keys of Credentials.Values that the built-in placements read.
const (
	ValueUsername = "username"     // Basic; may be empty
	ValuePassword = "password"     // Basic; may be empty when the user name is not
	ValueAPIKey   = "api_key"      // APIKey
	ValueToken    = "access_token" // Bearer and every OAuth 2.0 type

	ValueConsumerKey     = "consumer_key"     // OAuth1
	ValueConsumerSecret  = "consumer_secret"  // OAuth1 with HMAC
	ValueOAuthToken      = "oauth_token"      // OAuth1; empty for two-legged requests
	ValueTokenSecret     = "token_secret"     // OAuth1; empty without a token
	ValueSignatureMethod = "signature_method" // OAuth1: HMAC-SHA1 (default), HMAC-SHA256, RSA-SHA1
	ValueRealm           = "realm"            // OAuth1; empty: none is sent

	ValueAccessKeyID     = "access_key_id"     // AWSSigV4
	ValueSecretAccessKey = "secret_access_key" // AWSSigV4
	ValueSessionToken    = "session_token"     // AWSSigV4; empty for long-lived keys
	ValueRegion          = "region"            // AWSSigV4
	ValueService         = "service"           // AWSSigV4, such as "s3"

	ValueCertificate = "certificate" // MTLS: PEM, the leaf first
	ValuePrivateKey  = "private_key" // MTLS and OAuth1 with RSA-SHA1: PEM; empty: it is in the certificate's PEM
)

// Credentials are what a connection's requests carry.
type Credentials struct {
	// Generation numbers the renewals of one connection's credentials. Only
	// the Source gives it a meaning.
	Generation uint64
	// Values holds the parts, by the keys above; for a Custom scheme by what its
	// Placer reads. CredentialsOf fills it from a scheme's parameters.
	Values map[string]Secret
}

// value reveals one part.
func (c *Credentials) value(key string) string { return c.Values[key].Reveal() }

// equal reports whether a server would see no difference.
func (c *Credentials) equal(o *Credentials) bool {
	if len(c.Values) != len(o.Values) {
		return false
	}
	same := true
	for key, v := range c.Values {
		w, found := o.Values[key]
		same = found && v.Equal(w) && same
	}
	return same
}

// Source gives a Transport the credentials of one connection. It is safe for
// concurrent use.
type Source interface {
	// Credentials returns what requests carry now. refused is nil, or what a
	// server has just answered with 401: then the Source renews, unless something
	// newer than refused is there already. It returns the same again, or an error
	// that wraps errors.ErrUnsupported, when it cannot renew.
	//
	// It is asked before every request and keeps no lock while the request runs.
	// Making one renewal of many calls (C9) is its own business; refused tells it
	// which of them come late. The result is not changed afterwards.
	Credentials(ctx context.Context, refused *Credentials) (*Credentials, error)
}

// SourceFunc is a function as a Source.
type SourceFunc func(ctx context.Context, refused *Credentials) (*Credentials, error)

// Credentials calls f.
func (f SourceFunc) Credentials(ctx context.Context, refused *Credentials) (*Credentials, error) {
	return f(ctx, refused)
}

// StaticSource returns a Source whose credentials never change, for schemes
// without renewal.
func StaticSource(c *Credentials) Source {
	return SourceFunc(func(context.Context, *Credentials) (*Credentials, error) { return c, nil })
}

// Placer puts credentials on a request, for schemes of type Custom. It is safe
// for concurrent use.
type Placer interface {
	// Place changes the header or the query of req, which is a copy that nobody
	// else sees. It must not change where req goes, nor read its Body: GetBody, when
	// it is not nil, returns another reader of the same bytes. It is called for
	// every attempt. Its error must show no secret.
	Place(req *http.Request, c *Credentials) error
}

// PlacerFunc is a function as a Placer.
type PlacerFunc func(req *http.Request, c *Credentials) error

// Place calls f.
func (f PlacerFunc) Place(req *http.Request, c *Credentials) error { return f(req, c) }

// PlacementError says that credentials cannot be put on a request. It wraps Err,
// or fs.ErrInvalid when there is none.
type PlacementError struct {
	Scheme string // the scheme's ID
	Reason string
	Err    error // may be nil
}

func (e *PlacementError) Error() string {
	text := fmt.Sprintf("no credentials placed for scheme %q: %s", e.Scheme, e.Reason)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *PlacementError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return fs.ErrInvalid
}
