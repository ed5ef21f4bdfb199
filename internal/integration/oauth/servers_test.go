package oauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/internal/integration/browser"
	"github.com/patchbay/patchbay/internal/integration/oidcserver"
)

const (
	redirectURI = "https://app.example.com/callback"
	otherURI    = "https://app.example.com/other"

	webID    = "web/app+1" // proven by a secret that must be escaped: RFC 6749 section 2.3.1
	secret   = "p@ss: w/rd+%20&é"
	publicID = "public-app"
	signedID = "signed-app" // proven by a key

	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// redirectURIs are those that every app is registered with.
func redirectURIs() []string {
	return []string{redirectURI, otherURI, catalogtest.RedirectURI("acme", connectorKey)}
}

// realServer is an authorization server that others have written, and an API
// that takes its tokens.
type realServer struct {
	issuer   string
	api      string // answers 200 to a live access token
	inspect  string // the introspection endpoint, RFC 7662
	roots    *x509.CertPool
	root     []byte // the certificate in it
	audience string // of assertions; empty: the token endpoint
	names    bool   // callbacks name the issuer, RFC 9207
	faults   *faults
	// asked counts requests to the token endpoint by grant_type; reuses counts refresh
	// tokens that came a second time.
	asked  func() map[string]int
	reuses func() int

	zitadel *oidcserver.Server // nil for others
	key     auth.Secret        // of signedID
	browser *browser.Browser
}

// servers are the servers that tests run against.
var servers = map[string]func(*testing.T) *realServer{"zitadel": startZitadel, "fosite": startFosite}

// onEach runs a test against every server.
func onEach(t *testing.T, test func(t *testing.T, s *realServer)) {
	t.Helper()
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t))
		})
	}
}

func startZitadel(t *testing.T) *realServer {
	t.Helper()
	f := &faults{}
	z, err := oidcserver.Start(&oidcserver.Options{Wrap: f.wrap})
	require.NoError(t, err)
	t.Cleanup(z.Close)
	key, public := newRSAKey(t)
	for _, c := range []*oidcserver.Client{
		{ID: webID, Secret: secret}, {ID: publicID}, {ID: signedID, Key: public, KeyID: "k1"},
	} {
		c.RedirectURIs = redirectURIs()
		z.Register(c)
	}
	return (&realServer{
		issuer: z.URL(), api: z.URL() + oidcserver.PathAPI, inspect: z.URL() + "/oauth/introspect", roots: z.Roots(), root: z.Certificate(),
		audience: z.URL(), faults: f, key: key, zitadel: z,
		asked: func() map[string]int { return z.Counts().Token }, reuses: func() int { return z.Counts().Reuses },
	}).withBrowser(t)
}

// withBrowser gives the server a person with a browser.
func (s *realServer) withBrowser(t *testing.T) *realServer {
	t.Helper()
	s.browser = browser.New(s.roots)
	t.Cleanup(s.browser.Close)
	return s
}

func newRSAKey(t *testing.T) (auth.Secret, crypto.PublicKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return pemOf(t, key), &key.PublicKey
}

func newECKey(t *testing.T) (auth.Secret, crypto.PublicKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return pemOf(t, key), &key.PublicKey
}

func pemOf(t *testing.T, key any) auth.Secret {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return auth.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

// faults breaks answers of the token endpoint.
type faults struct {
	mu   sync.Mutex
	next []func(w http.ResponseWriter, r *http.Request, h http.Handler)
	seen map[string]func(*http.Request) // by path: what to call after an answer
}

// watch calls f after each answer at a path.
func (f *faults) watch(path string, called func(*http.Request)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = map[string]func(*http.Request){path: called}
}

// add breaks the next answer that is not spoken for.
func (f *faults) add(fault func(w http.ResponseWriter, r *http.Request, h http.Handler)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = append(f.next, fault)
}

func (f *faults) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		fault := func(w http.ResponseWriter, r *http.Request, h http.Handler) { h.ServeHTTP(w, r) }
		if len(f.next) > 0 && r.Method == http.MethodPost && r.PostFormValue("grant_type") != "" {
			fault, f.next = f.next[0], f.next[1:]
		}
		seen := f.seen[r.URL.Path]
		f.mu.Unlock()
		fault(w, r, h)
		if seen != nil {
			seen(r)
		}
	})
}
