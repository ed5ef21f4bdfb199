package auth

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Whatever a server says of itself, what comes of it speaks for the issuer that
// was asked, and names no endpoint that would not be asked.
func FuzzMetadata(f *testing.F) {
	const issuer = "https://login.example.com/tenant"
	for _, s := range []string{
		"", "{}", "null", "<html>", `{"issuer":"https://login.example.com/tenant"}`, `{"issuer":"https://login.example.com/tenant/"}`,
		`{"issuer":"https://login.example.com/tenant","token_endpoint":"https://login.example.com/t","scopes_supported":["a",null],"x":1e999}`,
		`{"issuer":"https://login.example.com/tenant","token_endpoint":"http://169.254.169.254/"}`,
		`{"issuer":"a","issuer":"https://login.example.com/tenant"}`, `{"Issuer":"https://login.example.com/tenant"}`,
	} {
		f.Add([]byte(s), 200, "application/json")
	}
	f.Add([]byte("{}"), 302, "text/html")
	f.Fuzz(func(t *testing.T, body []byte, status int, contentType string) {
		if status < 200 || status > 599 {
			return
		}
		c := NewTokenClient(&TokenOptions{HTTPClient: &http.Client{Transport: answerer(func(r *http.Request) *http.Response {
			return &http.Response{
				StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
				Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
			}
		})}})
		m, err := c.Discover(t.Context(), issuer)
		if err != nil {
			if m != nil || len(err.Error()) > 4096 || strings.ContainsAny(err.Error(), "\r\n\x00\x1b") {
				t.Fatalf("%v %q", m, err)
			}
			return
		}
		if m.Issuer != issuer || status != http.StatusOK {
			t.Fatalf("%+v", m)
		}
		for _, endpoint := range []string{m.AuthorizationEndpoint, m.TokenEndpoint, m.DeviceAuthorizationEndpoint, m.RevocationEndpoint} {
			if endpoint != "" && !strings.HasPrefix(endpoint, "https://") && !strings.HasPrefix(endpoint, "HTTPS://") {
				t.Fatalf("%q", endpoint)
			}
		}
		for _, list := range [][]string{m.Scopes, m.GrantTypes, m.ClientAuthMethods, m.CodeChallengeMethods} {
			if len(list) > maxMetadataItems {
				t.Fatal(len(list))
			}
		}
	})
}

// answerer is a transport that answers without a network.
type answerer func(*http.Request) *http.Response

func (a answerer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }
