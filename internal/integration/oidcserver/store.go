package oidcserver

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// store keeps everything in memory. It hands out copies, or what nobody changes
// any more.
type store struct {
	accessTTL time.Duration
	key       *rsa.PrivateKey

	mu       sync.Mutex
	clients  map[string]*registration
	requests map[string]*authRequest // by id
	codes    map[string]string       // id by authorization code
	access   map[string]*accessToken // by id
	refresh  map[string]*refreshToken
	devices  map[string]*device // by device code
	slow     int                // how many polls are told to slow down
	reuses   int
}

var (
	_ op.Storage                    = (*store)(nil)
	_ op.ClientCredentialsStorage   = (*store)(nil)
	_ op.DeviceAuthorizationStorage = (*store)(nil)
)

func newStore(accessTTL time.Duration) (*store, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return &store{
		accessTTL: accessTTL, key: key,
		clients: map[string]*registration{}, requests: map[string]*authRequest{}, codes: map[string]string{},
		access: map[string]*accessToken{}, refresh: map[string]*refreshToken{}, devices: map[string]*device{},
	}, err
}

var errUnknown = errors.New("oidcserver: there is no such thing")

// Health is asked by a probe.
func (s *store) Health(context.Context) error { return nil }

func (s *store) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	return s.client(id)
}

func (s *store) client(id string) (*registration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clients[id]
	if c == nil {
		return nil, errUnknown
	}
	return c, nil
}

func (s *store) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	c, err := s.client(id)
	if err != nil {
		return err
	}
	if c.Secret == "" || subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) == 0 {
		return errUnknown
	}
	return nil
}

// ClientCredentials proves a client that asks for itself.
func (s *store) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	if err := s.AuthorizeClientIDSecret(ctx, id, secret); err != nil {
		return nil, err
	}
	return s.GetClientByClientID(ctx, id)
}

func (s *store) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	return &selfRequest{&grant{client: id, subject: id, scopes: known(scopes)}}, nil
}

// ValidateJWTProfileScopes returns what an app that signs a grant may have.
func (s *store) ValidateJWTProfileScopes(_ context.Context, _ string, scopes []string) ([]string, error) {
	return known(scopes), nil
}

// known leaves out what the server does not know.
func known(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return !slices.Contains(Scopes(), scope) })
}

func (s *store) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	a := &authRequest{AuthRequest: r, id: rand.Text()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[a.id] = a
	return a, nil
}

func (s *store) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	return s.request(id)
}

func (s *store) request(id string) (*authRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.requests[id]
	if a == nil {
		return nil, errUnknown
	}
	return a, nil
}

// agree notes that a person agrees to a request.
func (s *store) agree(id, subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.requests[id]; a != nil {
		agreed := *a
		agreed.subject, agreed.authTime = subject, time.Now()
		s.requests[id] = &agreed
	}
}

func (s *store) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *store) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.request(id)
}

// DeleteAuthRequest is called when a code was exchanged: it is for one use.
func (s *store) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	for code, of := range s.codes {
		if of == id {
			delete(s.codes, code)
		}
	}
	return nil
}
