// Package browser plays a person in front of a browser: it follows an
// authorization server's redirects, answers the page it ends at, and stops where
// the server sends it back to the program.
package browser

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// What a person can decide on a page.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Field is the form field in which a page is told the decision.
const Field = "decision"

// timeout is for one request.
const timeout = 30 * time.Second

// Browser is a browser. It is safe for concurrent use.
type Browser struct {
	client *http.Client
}

// New returns a Browser that trusts the given certificates. Close it.
func New(roots *x509.CertPool) *Browser {
	return &Browser{client: &http.Client{
		Timeout:   timeout,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if req.URL.Host != via[0].URL.Host {
				return http.ErrUseLastResponse // back at the program
			}
			return nil
		},
	}}
}

// Close closes the connections that nobody uses.
func (b *Browser) Close() { b.client.CloseIdleConnections() }

// Visit opens a page, decides, and returns where the server sends the browser to
// in the end; nil when that is nowhere, as on the page for a device. The page is
// one that takes its own address with Field as the answer.
func (b *Browser) Visit(ctx context.Context, page, decision string) (*url.URL, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, http.NoBody)
	if err != nil {
		return nil, err
	}
	at, away, err := b.follow(req)
	if err != nil || away != nil {
		return away, err
	}
	form := url.Values{Field: {decision}}
	req, err = http.NewRequestWithContext(ctx, http.MethodPost, at.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, away, err = b.follow(req)
	return away, err
}

// maxPage bounds what is read of a page.
const maxPage = 1 << 16

// follow sends a request and returns where the browser is, or where it was sent
// away to.
func (b *Browser) follow(req *http.Request) (at, away *url.URL, err error) {
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	page, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return nil, nil, err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return resp.Request.URL, nil, nil
	case http.StatusFound, http.StatusSeeOther:
		away, err = resp.Location()
		return nil, away, err
	default:
		return nil, nil, fmt.Errorf("browser: %s shows %s: %s", req.URL.Path, resp.Status, strings.TrimSpace(string(page)))
	}
}
