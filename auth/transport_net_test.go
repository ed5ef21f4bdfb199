package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

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
