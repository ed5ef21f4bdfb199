package auth_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

const redirectURI = "https://app.example.test/callback"

// epoch is when most tests play.
var epoch = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func atEpoch() time.Time { return epoch }

// inMemory returns a client of a server in memory.
func inMemory(s *authtest.Server) *auth.TokenClient {
	return auth.NewTokenClient(&auth.TokenOptions{HTTPClient: s.HTTPClient(), Now: atEpoch})
}

// overHTTP returns a client that may reach servers on loopback, with the
// transport of the library.
func overHTTP(o auth.TokenOptions) *auth.TokenClient {
	o.AllowHTTP, o.AllowPrivate = true, true
	return auth.NewTokenClient(&o)
}

func provider(t *testing.T, c *auth.TokenClient, s *auth.Scheme, a *auth.App) *auth.Provider {
	t.Helper()
	p, err := c.For(s, a, nil)
	require.NoError(t, err)
	return p
}

// begin plays an authorization up to the callback.
func begin(t *testing.T, s *authtest.Server, p *auth.Provider) (*auth.Authorization, *auth.Callback) {
	t.Helper()
	a, err := p.Authorize(&auth.AuthorizationRequest{RedirectURI: redirectURI})
	require.NoError(t, err)
	query, err := s.Approve(a.URL)
	require.NoError(t, err)
	cb, err := auth.ParseCallback(query)
	require.NoError(t, err)
	return a, cb
}

// connect plays a whole authorization.
func connect(t *testing.T, s *authtest.Server, p *auth.Provider) *auth.Token {
	t.Helper()
	a, cb := begin(t, s, p)
	token, err := p.Exchange(t.Context(), a, cb)
	require.NoError(t, err)
	return token
}

// failure returns the *TokenError in err.
func failure(t *testing.T, err error) *auth.TokenError {
	t.Helper()
	failed, ok := errors.AsType[*auth.TokenError](err)
	require.True(t, ok, "%T: %v", err, err)
	return failed
}

// query returns the parameters of a URL.
func query(t *testing.T, raw string) url.Values {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	return u.Query()
}

// transport is a transport made of a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering returns a client whose every answer is the given one.
func answering(status int, header http.Header, body string) *http.Client {
	return &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		if header == nil {
			header = http.Header{}
		}
		return &http.Response{
			StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r, ContentLength: -1,
		}, nil
	})}
}
