package auth

import (
	"crypto/tls"
	"errors"
	"net/http"
	"sync"
)

// certTransports keeps the transport whose connections prove the client by the
// latest certificate. The zero value is ready.
type certTransports struct {
	mu     sync.Mutex
	pair   string // hash of certificate and key
	latest *http.Transport
}

// get returns a transport that presents c's certificate. Connections are the
// credential here, so they are shared with nothing else.
func (m *certTransports) get(t *Transport, c *Credentials) (*http.Transport, error) {
	cert, key := c.value(ValueCertificate), c.value(ValuePrivateKey)
	if key == "" {
		key = cert
	}
	pair := hashText(hashText(cert) + hashText(key))
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.latest != nil && m.pair == pair {
		return m.latest, nil
	}
	fail := func(reason string, err error) (*http.Transport, error) {
		return nil, &PlacementError{Scheme: t.o.Scheme.ID, Reason: reason, Err: err}
	}
	if cert == "" {
		return fail("the certificate is missing", nil)
	}
	parsed, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		return fail("certificate and private key are no pair of PEM blocks", nil)
	}
	next := t.own
	if base, ok := t.base.(*http.Transport); ok && next == nil {
		next = base
	}
	if next == nil {
		return fail("its Base is no *http.Transport", errors.ErrUnsupported)
	}
	next = next.Clone()
	if next.TLSClientConfig == nil {
		next.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	next.TLSClientConfig.Certificates = []tls.Certificate{parsed}
	next.TLSClientConfig.GetClientCertificate = nil
	if m.latest != nil {
		m.latest.CloseIdleConnections()
	}
	m.pair, m.latest = pair, next
	return next, nil
}

func (m *certTransports) closeIdle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.latest != nil {
		m.latest.CloseIdleConnections()
	}
}
