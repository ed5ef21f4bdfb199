package egress

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// open allows what httptest needs.
func open() *Options { return &Options{AllowHTTP: true, AllowPrivate: true} }

// quick is open without pauses worth waiting for.
func quick() *Options {
	o := open()
	o.Wait, o.MaxWait = 1, 1
	return o
}

func newClient(t *testing.T, o *Options) *Client {
	t.Helper()
	c := New(o)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// fetch gets a whole body of at most 1 MiB.
func fetch(t *testing.T, c *Client, url string) ([]byte, error) {
	t.Helper()
	return fetchRequest(t.Context(), c, &Request{URL: url, MaxBytes: 1 << 20})
}

func fetchRequest(ctx context.Context, c *Client, r *Request) ([]byte, error) {
	resp, err := c.Get(ctx, r)
	if err != nil {
		return nil, err
	}
	data, err := ReadAll(resp.Body, resp.Size)
	return data, errors.Join(err, resp.Body.Close())
}

// script answers one connection.
type script func(conn net.Conn)

// pipes returns Options whose n-th dial reaches the n-th script, over memory;
// further dials repeat the last one. It is made for synctest bubbles.
func pipes(scripts ...script) (o *Options, dials func() int) {
	var (
		mu sync.Mutex
		n  int
	)
	o = &Options{AllowHTTP: true}
	o.dial = func(context.Context, string, string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		s := scripts[min(n, len(scripts)-1)]
		n++
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			if _, err := http.ReadRequest(bufio.NewReader(server)); err != nil {
				return
			}
			s(server)
		}()
		return client, nil
	}
	return o, func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// say answers with raw bytes and hangs up.
func say(raw string) script {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, raw) }
}

// hang answers nothing until the client hangs up.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// quiet drops the complaints of a test server.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// roots returns what verifies a TLS test server.
func roots(t *testing.T, s *httptest.Server) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}
