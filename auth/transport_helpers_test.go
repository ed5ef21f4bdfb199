package auth

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
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
