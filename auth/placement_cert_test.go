package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMTLSCertificateIsReplaced(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	cert1, key1 := clientPEM(t, "first")
	cert2, key2 := clientPEM(t, "second")
	o := &TransportOptions{Scheme: &Scheme{ID: "s", Type: MTLS}, Hosts: hosts(t, "api.example.com"), Base: n.base}
	source := &switching{}
	o.Source = source
	tr := newTransport(t, o)
	for _, c := range []struct {
		creds *Credentials
		want  string
		dials int
	}{
		{creds(ValueCertificate, cert1, ValuePrivateKey, key1), "first", 1},
		{creds(ValueCertificate, cert1, ValuePrivateKey, key1), "first", 0},
		{creds(ValueCertificate, cert2+key2), "second", 1}, // both in one
	} {
		source.now = c.creds
		_, err := get(tr.Client(), home)
		require.NoError(t, err)
		all, dials := n.take()
		assert.Equal(t, c.want, all[0].cert)
		assert.Len(t, dials, c.dials)
	}
	assert.Empty(t, n.base.TLSClientConfig.Certificates, "the caller's transport is not changed")

	o.Base = roundTrip(func(*http.Request) (*http.Response, error) { return reply(200, nil), nil })
	_, err := get(newTransport(t, o).Client(), home)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	clean(t, err)
}

// switching is a Source whose credentials a test exchanges.
type switching struct{ now *Credentials }

func (s *switching) Credentials(context.Context, *Credentials) (*Credentials, error) {
	return s.now, nil
}

// TestMTLSOverTheGuardedTransport connects to a server on this machine.
func TestMTLSOverTheGuardedTransport(t *testing.T) {
	t.Parallel()
	var names []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		names = append(names, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.EnableHTTP2, server.Config.ErrorLog = true, log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	cert, key := clientPEM(t, "guarded")
	o := &TransportOptions{
		Scheme: &Scheme{ID: "s", Type: MTLS}, Source: StaticSource(creds(ValueCertificate, cert, ValuePrivateKey, key)),
		Hosts: hosts(t, parsed(t, server.URL).Host), AllowPrivate: true,
		RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
	}
	resp, err := get(newTransport(t, o).Client(), server.URL)
	require.NoError(t, err)
	assert.Equal(t, 2, resp.ProtoMajor)
	assert.Equal(t, []string{"guarded"}, names)

	o.Base = &http.Transport{}
	_, err = get(newTransport(t, o).Client(), server.URL)
	require.ErrorContains(t, err, "certificate signed by unknown authority", "a Base has its own roots")
}
