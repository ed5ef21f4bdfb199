// Package oidcserver runs a real OpenID provider, github.com/zitadel/oidc, in this
// process, on loopback, over TLS and with everything in memory, together with an
// API that takes its access tokens. It is for tests and examples: the only person
// agrees to everything without a password, and secrets are kept as they are.
//
// The provider logs what it refuses to the default logger of log/slog.
package oidcserver

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// Person is the subject of the tokens that the only person has agreed to.
const Person = "ada"

// The paths of the server, beside those in its metadata.
const (
	PathAPI    = "/api/me" // answers who the access token stands for
	pathLogin  = "/login"
	pathDevice = "/device"
)

// Defaults of Options.
const (
	DefaultAccessTTL    = 5 * time.Minute
	DefaultPollInterval = 5 * time.Second
	deviceTTL           = 5 * time.Minute
)

// Options say how a Server behaves. Nil, and zero values, mean the defaults.
type Options struct {
	// AccessTTL is how long an access token lives (default DefaultAccessTTL).
	AccessTTL time.Duration
	// PollInterval is how often a device may ask, in whole seconds (default
	// DefaultPollInterval).
	PollInterval time.Duration
	// Wrap is put around the server, to see requests and to break answers. Nil: nothing.
	Wrap func(http.Handler) http.Handler
}

// Counts say what a Server was asked.
type Counts struct {
	Token  map[string]int // requests to the token endpoint, by grant_type
	Reuses int            // refresh tokens that came a second time; each has ended its grant
	API    int            // requests to the API that were answered
	Denied int            // requests to the API without a live token
}

// Server is the provider and the API. It is safe for concurrent use.
type Server struct {
	http     *httptest.Server
	provider *op.Provider
	store    *store

	mu     sync.Mutex
	counts Counts
}

// Start starts a Server. Close it.
func Start(o *Options) (*Server, error) {
	if o == nil {
		o = &Options{}
	}
	or := func(value, standard time.Duration) time.Duration {
		if value <= 0 {
			return standard
		}
		return value
	}
	st, err := newStore(or(o.AccessTTL, DefaultAccessTTL))
	if err != nil {
		return nil, fmt.Errorf("oidcserver: %w", err)
	}
	s := &Server{store: st, counts: Counts{Token: map[string]int{}}}
	mux := http.NewServeMux()
	s.http = httptest.NewUnstartedServer(mux)
	if o.Wrap != nil {
		s.http.Config.Handler = o.Wrap(mux)
	}
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust the certificate
	s.http.StartTLS()
	config := &op.Config{
		CodeMethodS256: true, AuthMethodPrivateKeyJWT: true, GrantTypeRefreshToken: true,
		SupportedScopes: append([]string{"openid", "offline_access"}, Scopes()...),
		DeviceAuthorization: op.DeviceAuthorizationConfig{
			Lifetime: deviceTTL, PollInterval: or(o.PollInterval, DefaultPollInterval),
			UserFormPath: pathDevice, UserCode: op.UserCodeBase20,
		},
	}
	if _, err := rand.Read(config.CryptoKey[:]); err != nil {
		return nil, fmt.Errorf("oidcserver: %w", err)
	}
	s.provider, err = op.NewProvider(config, st, op.StaticIssuer(s.http.URL))
	if err != nil {
		s.http.Close()
		return nil, fmt.Errorf("oidcserver: %w", err)
	}
	mux.HandleFunc("GET "+pathLogin, page)
	mux.HandleFunc("POST "+pathLogin, s.login)
	mux.HandleFunc("GET "+pathDevice, page)
	mux.HandleFunc("POST "+pathDevice, s.device)
	mux.HandleFunc(PathAPI, s.api)
	mux.HandleFunc("/", s.protocol)
	return s, nil
}

// Close ends the server, once all requests are answered.
func (s *Server) Close() { s.http.Close() }

// URL is the issuer identifier, and the origin of the API: "https://127.0.0.1:1234".
func (s *Server) URL() string { return s.http.URL }

// Roots verifies the server's certificate.
func (s *Server) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.http.Certificate())
	return pool
}

// Certificate is the server's certificate, in DER.
func (s *Server) Certificate() []byte { return s.http.Certificate().Raw }

// Register registers a client, in the place of one that has its ID.
func (s *Server) Register(c *Client) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.store.clients[c.ID] = &registration{*c}
}

// Counts returns what the server was asked so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Token = maps.Clone(s.counts.Token)
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	c.Reuses = s.store.reuses
	return c
}

// RefreshTokens returns how many refresh tokens were issued, and how many of them
// can still be used.
func (s *Server) RefreshTokens() (issued, usable int) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for _, t := range s.store.refresh {
		issued++
		if !t.used && !t.grant.dead {
			usable++
		}
	}
	return issued, usable
}

// ExpireAccess ends all access tokens before their time. Refresh tokens stay.
func (s *Server) ExpireAccess() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	clear(s.store.access)
}

// RevokeAll ends all grants, as a person does who takes an app's access away.
func (s *Server) RevokeAll() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for _, t := range s.store.refresh {
		t.grant.dead = true
	}
	clear(s.store.access)
}

// SlowDown makes the server answer the next poll of a device with slow_down: RFC
// 8628 section 3.5.
func (s *Server) SlowDown() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	s.store.slow++
}
