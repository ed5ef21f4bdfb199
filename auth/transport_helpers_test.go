package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// canary is the secret that every placement carries, somewhere.
const canary = "canary/7f3a+Zq=secret"

// away and home are origins of the net below.
const (
	home = "https://api.example.com"
	away = "https://away.example.net"
)

// seen is one request as a server saw it.
type seen struct {
	origin string // scheme://host
	method string
	uri    string
	header http.Header
	body   string
	cert   string // common name of the client's certificate
}

// dump is everything there was.
func (s *seen) dump() string {
	plain, _ := url.QueryUnescape(s.uri)
	return fmt.Sprint(s.method, " ", s.uri, " ", plain, " ", s.header, " ", s.body, " ", s.cert)
}

// creds reports whether the request carried credentials of any placement.
func (s *seen) creds() bool {
	for _, name := range []string{"Authorization", "X-Api-Key", "Cookie", headerAmzDate, headerAmzToken, headerAmzHash} {
		if s.header[name] != nil {
			return true
		}
	}
	text := s.dump()
	return s.cert != "" || strings.Contains(text, "api_key") || strings.Contains(text, canary) ||
		strings.Contains(text, base64.StdEncoding.EncodeToString([]byte("ann:"+canary)))
}

// fakeNet is every host there is: whatever is dialed, one of two servers
// answers, with TLS or, on port 80, without.
type fakeNet struct {
	base   *http.Transport
	roots  *x509.CertPool
	handle http.HandlerFunc

	mu    sync.Mutex
	all   []*seen
	dials []string
}

// newNet starts a net whose hosts answer with handle.
func newNet(tb testing.TB, handle http.HandlerFunc) *fakeNet {
	tb.Helper()
	n := &fakeNet{handle: handle}
	quiet := log.New(io.Discard, "", 0)
	plain := httptest.NewUnstartedServer(n)
	plain.Config.ErrorLog = quiet
	plain.Start()
	secure := httptest.NewUnstartedServer(n)
	secure.Config.ErrorLog = quiet
	ca := authority(tb)
	secure.TLS = &tls.Config{
		MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return ca.issue(hello.ServerName) },
	}
	secure.StartTLS()
	n.roots = x509.NewCertPool()
	n.roots.AddCert(ca.cert)
	n.base = &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: n.roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			n.mu.Lock()
			n.dials = append(n.dials, addr)
			n.mu.Unlock()
			to := secure.Listener
			if strings.HasSuffix(addr, ":80") {
				to = plain.Listener
			}
			return (&net.Dialer{}).DialContext(ctx, network, to.Addr().String())
		},
	}
	tb.Cleanup(func() {
		n.base.CloseIdleConnections()
		plain.Close()
		secure.Close()
	})
	return n
}

func (n *fakeNet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s := &seen{origin: "http://" + r.Host, method: r.Method, uri: r.RequestURI, header: r.Header.Clone(), body: string(body)}
	if r.TLS != nil {
		s.origin = "https://" + r.Host
		if len(r.TLS.PeerCertificates) > 0 {
			s.cert = r.TLS.PeerCertificates[0].Subject.CommonName
		}
	}
	n.mu.Lock()
	n.all = append(n.all, s)
	n.mu.Unlock()
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	n.handle(w, r)
}

// take returns what was seen and dialed since the last call.
func (n *fakeNet) take() (all []*seen, dials []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	all, dials = n.all, n.dials
	n.all, n.dials = nil, nil
	return all, dials
}

// ca issues certificates.
type ca struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey

	mu     sync.Mutex
	issued map[string]*tls.Certificate
}

func authority(tb testing.TB) *ca {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(tb, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return &ca{cert: cert, key: key, issued: map[string]*tls.Certificate{}}
}

func (c *ca) issue(name string) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cert := c.issued[name]; cert != nil {
		return cert, nil
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(c.issued)) + 2), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else if name != "" {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.cert, &c.key.PublicKey, c.key)
	if err != nil {
		return nil, err
	}
	c.issued[name] = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: c.key}
	return c.issued[name], nil
}

// clientPEM returns a client certificate and its key.
func clientPEM(tb testing.TB, name string) (cert, key string) {
	tb.Helper()
	authority := authority(tb)
	pair, err := authority.issue(name)
	require.NoError(tb, err)
	der, err := x509.MarshalPKCS8PrivateKey(authority.key)
	require.NoError(tb, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// creds makes credentials of keys and values in turn.
func creds(pairs ...string) *Credentials {
	c := &Credentials{Values: map[string]Secret{}}
	for i := 0; i < len(pairs); i += 2 {
		c.Values[pairs[i]] = NewSecret(pairs[i+1])
	}
	return c
}

// bearer is a scheme and what it carries, where the placement does not matter.
var bearer = &Scheme{ID: "bearer", Type: Bearer}

// way is one placement.
type way struct {
	name   string
	scheme *Scheme
	creds  *Credentials
	placer Placer
}

// ways are all the placements.
func ways(tb testing.TB) []way {
	tb.Helper()
	cert, key := clientPEM(tb, "client "+canary)
	cookie := PlacerFunc(func(req *http.Request, c *Credentials) error {
		req.AddCookie(&http.Cookie{Name: "session", Value: base64.RawURLEncoding.EncodeToString([]byte(c.Values["session"].Reveal()))})
		return nil
	})
	return []way{
		{"basic", &Scheme{ID: "s", Type: Basic}, creds(ValueUsername, "ann", ValuePassword, canary), nil},
		{"header", &Scheme{ID: "s", Type: APIKey, In: InHeader, Name: "X-API-Key"}, creds(ValueAPIKey, canary), nil},
		{"query", &Scheme{ID: "s", Type: APIKey, In: InQuery, Name: "api_key"}, creds(ValueAPIKey, canary), nil},
		{"bearer", &Scheme{ID: "s", Type: Bearer}, creds(ValueToken, canary), nil},
		{"oauth2", &Scheme{ID: "s", Type: OAuth2Code}, creds(ValueToken, canary), nil},
		{"oauth1", &Scheme{ID: "s", Type: OAuth1}, creds(ValueConsumerKey, "ck", ValueConsumerSecret, canary, ValueOAuthToken, "t"), nil},
		{"sigv4", &Scheme{ID: "s", Type: AWSSigV4}, creds(ValueAccessKeyID, "AKID", ValueSecretAccessKey, canary, ValueRegion, "eu-1",
			ValueService, "s3", ValueSessionToken, canary), nil},
		{"mtls", &Scheme{ID: "s", Type: MTLS}, creds(ValueCertificate, cert, ValuePrivateKey, key), nil},
		{"custom", &Scheme{ID: "s", Type: Custom}, creds("session", canary), cookie},
	}
}

// options returns options for a way over a net.
func (w *way) options(n *fakeNet, listed ...HostPattern) *TransportOptions {
	return &TransportOptions{
		Scheme: w.scheme, Source: StaticSource(w.creds), Hosts: listed, Base: n.base, Placers: map[string]Placer{"s": w.placer},
		Attempts: 1,
	}
}

// answer is a response that was read to its end.
type answer struct {
	*http.Response
	body    string
	readErr error
}

// do sends a request by a client's or a transport's method.
func do(by func(*http.Request) (*http.Response, error), req *http.Request) (*answer, error) {
	resp, err := by(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return &answer{resp, string(data), err}, nil
}

func get(c *http.Client, target string) (*answer, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, target, http.NoBody)
	if err != nil {
		return nil, err
	}
	return do(c.Do, req)
}

func newTransport(tb testing.TB, o *TransportOptions) *Transport {
	tb.Helper()
	tr := NewTransport(o)
	tb.Cleanup(tr.CloseIdleConnections)
	return tr
}

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// reply is a response without a net.
func reply(status int, header http.Header) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("body"))}
}
