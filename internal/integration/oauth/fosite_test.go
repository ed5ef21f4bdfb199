package oauth_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v3"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/storage"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/integration/browser"
)

// fositeServer is an authorization server made of github.com/ory/fosite, with its
// own storage in memory. It publishes RFC 8414 metadata and names itself in
// callbacks. The released fosite, v0.49.0, has no device flow.
type fositeServer struct {
	issuer string
	oauth  fosite.OAuth2Provider
	store  *watchedStore

	mu    sync.Mutex
	asked map[string]int
}

// watchedStore counts refresh tokens that came a second time: only then is the
// session of one deleted.
type watchedStore struct {
	*storage.MemoryStore
	mu     sync.Mutex
	reuses int
}

func (w *watchedStore) DeleteRefreshTokenSession(ctx context.Context, signature string) error {
	w.mu.Lock()
	w.reuses++
	w.mu.Unlock()
	return w.MemoryStore.DeleteRefreshTokenSession(ctx, signature)
}

func startFosite(t *testing.T) *realServer {
	t.Helper()
	s := &fositeServer{store: &watchedStore{MemoryStore: storage.NewMemoryStore()}, asked: map[string]int{}}
	f := &faults{}
	mux := http.NewServeMux()
	ts := httptest.NewUnstartedServer(f.wrap(mux))
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	ts.StartTLS()
	t.Cleanup(ts.Close)
	s.issuer = ts.URL
	config := &fosite.Config{
		TokenURL: ts.URL + "/token", GlobalSecret: make([]byte, 32), AccessTokenLifespan: 5 * time.Minute,
		EnforcePKCE: true, ScopeStrategy: fosite.ExactScopeStrategy, RefreshTokenScopes: []string{"offline_access"},
		GrantTypeJWTBearerCanSkipClientAuth: true, GrantTypeJWTBearerMaxDuration: time.Hour,
	}
	_, err := rand.Read(config.GlobalSecret)
	require.NoError(t, err)
	s.oauth = compose.Compose(config, s.store, &compose.CommonStrategy{CoreStrategy: compose.NewOAuth2HMACStrategy(config)},
		compose.OAuth2AuthorizeExplicitFactory, compose.OAuth2PKCEFactory, compose.OAuth2RefreshTokenGrantFactory,
		compose.OAuth2ClientCredentialsGrantFactory, compose.RFC7523AssertionGrantFactory,
		compose.OAuth2TokenIntrospectionFactory, compose.OAuth2TokenRevocationFactory)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", s.metadata)
	mux.HandleFunc("/authorize", s.authorize)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /introspect", s.introspect)
	mux.HandleFunc("POST /revoke", s.revoke)
	mux.HandleFunc("/api/me", s.api)
	key := s.register(t)
	return (&realServer{
		issuer: ts.URL, api: ts.URL + "/api/me", inspect: ts.URL + "/introspect", names: true, faults: f, key: key,
		root:  ts.Certificate().Raw,
		roots: ts.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
		asked: func() map[string]int {
			s.mu.Lock()
			defer s.mu.Unlock()
			return maps.Clone(s.asked)
		},
		reuses: func() int {
			s.store.mu.Lock()
			defer s.store.mu.Unlock()
			return s.store.reuses
		},
	}).withBrowser(t)
}

// register makes the apps known, and returns the key of the signed one.
func (s *fositeServer) register(t *testing.T) auth.Secret {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	require.NoError(t, err)
	client := func(id string) *fosite.DefaultClient {
		return &fosite.DefaultClient{
			ID: id, RedirectURIs: redirectURIs(), ResponseTypes: []string{"code"},
			GrantTypes: []string{"authorization_code", grantRefresh, "client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
			Scopes:     lasting,
		}
	}
	web, public := client(webID), client(publicID)
	web.Secret, public.Public = hash, true
	s.store.Clients[webID], s.store.Clients[publicID] = web, public

	key, verifier := newECKey(t)
	jwk := jose.JSONWebKey{KeyID: "k1", Use: "sig", Key: verifier}
	s.store.Clients[signedID] = &fosite.DefaultOpenIDConnectClient{
		DefaultClient: client(signedID), JSONWebKeys: &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{jwk}},
		TokenEndpointAuthMethod: "private_key_jwt", TokenEndpointAuthSigningAlgorithm: auth.ES256,
	}
	grants := map[string]storage.PublicKeyScopes{"k1": {Key: &jwk, Scopes: lasting}}
	s.store.IssuerPublicKeys[signedID] = storage.IssuerPublicKeys{Issuer: signedID, KeysBySub: map[string]storage.SubjectPublicKeys{
		signedID: {Subject: signedID, Keys: grants},
	}}
	return key
}

func (s *fositeServer) metadata(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(map[string]any{
		"issuer": s.issuer, "authorization_endpoint": s.issuer + "/authorize", "token_endpoint": s.issuer + "/token",
		"revocation_endpoint": s.issuer + "/revoke", "response_types_supported": []string{"code"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	})
}

func (s *fositeServer) authorize(w http.ResponseWriter, r *http.Request) {
	request, err := s.oauth.NewAuthorizeRequest(r.Context(), r)
	if err != nil {
		s.oauth.WriteAuthorizeError(r.Context(), w, request, err)
		return
	}
	switch r.PostFormValue(browser.Field) {
	case "":
		_, _ = io.WriteString(w, "Agree?")
	case browser.Allow:
		for _, scope := range request.GetRequestedScopes() {
			request.GrantScope(scope)
		}
		response, err := s.oauth.NewAuthorizeResponse(r.Context(), request, &fosite.DefaultSession{Subject: "ada"})
		if err != nil {
			s.oauth.WriteAuthorizeError(r.Context(), w, request, err)
			return
		}
		response.AddParameter("iss", s.issuer) // RFC 9207 section 2
		s.oauth.WriteAuthorizeResponse(r.Context(), w, request, response)
	default:
		answer := httptest.NewRecorder()
		s.oauth.WriteAuthorizeError(r.Context(), answer, request, fosite.ErrAccessDenied)
		back, err := answer.Result().Location()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		query := back.Query()
		query.Set("iss", s.issuer)
		http.Redirect(w, r, (&url.URL{Scheme: back.Scheme, Host: back.Host, Path: back.Path, RawQuery: query.Encode()}).String(), http.StatusSeeOther)
	}
}

func (s *fositeServer) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked[r.PostFormValue("grant_type")]++
	s.mu.Unlock()
	request, err := s.oauth.NewAccessRequest(r.Context(), r, &fosite.DefaultSession{})
	if err != nil {
		s.oauth.WriteAccessError(r.Context(), w, request, err)
		return
	}
	if request.GetGrantTypes().ExactOne("client_credentials") {
		for _, scope := range request.GetRequestedScopes() {
			request.GrantScope(scope)
		}
	}
	response, err := s.oauth.NewAccessResponse(r.Context(), request)
	if err != nil {
		s.oauth.WriteAccessError(r.Context(), w, request, err)
		return
	}
	s.oauth.WriteAccessResponse(r.Context(), w, request, response)
}

func (s *fositeServer) introspect(w http.ResponseWriter, r *http.Request) {
	response, err := s.oauth.NewIntrospectionRequest(r.Context(), r, &fosite.DefaultSession{})
	if err != nil {
		s.oauth.WriteIntrospectionError(r.Context(), w, err)
		return
	}
	s.oauth.WriteIntrospectionResponse(r.Context(), w, response)
}

func (s *fositeServer) revoke(w http.ResponseWriter, r *http.Request) {
	s.oauth.WriteRevocationResponse(r.Context(), w, s.oauth.NewRevocationRequest(r.Context(), r))
}

func (s *fositeServer) api(w http.ResponseWriter, r *http.Request) {
	token := fosite.AccessTokenFromRequest(r)
	if _, _, err := s.oauth.IntrospectToken(r.Context(), token, fosite.AccessToken, &fosite.DefaultSession{}); err != nil {
		http.Error(w, "the access token is not live", http.StatusUnauthorized)
	}
}
