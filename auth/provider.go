package auth

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/internal/egress"
)

// Provider is one authorization server as one App sees it, with the habits that its
// Scheme states. Its methods are the grants of OAuth 2.0; each is one request.
//
// A Provider holds no connection and may be made for every call. It is
// immutable and safe for concurrent use.
type Provider struct {
	client *TokenClient
	scheme Scheme
	app    App
	sign   *signer // nil without a key
	meta   *Metadata
}

// InvalidError lists everything that is wrong with what a caller passed. It wraps
// fs.ErrInvalid.
type InvalidError struct {
	Faults []Fault
}

// Error returns all faults, separated by "; ".
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return "auth: " + strings.Join(lines, "; ")
}

// Unwrap returns fs.ErrInvalid.
func (e *InvalidError) Unwrap() error { return fs.ErrInvalid }

// For returns the Provider of a scheme for an app. The scheme's type is one of the
// OAuth 2.0 ones, and has the endpoints that its grant needs; m, which may be nil,
// supplies those that the scheme leaves empty (RFC 8414 section 2). s, a and m are
// not to be changed afterwards. The error is an *InvalidError.
func (c *TokenClient) For(s *Scheme, a *App, m *Metadata) (*Provider, error) {
	if s == nil {
		s = &Scheme{}
	}
	if a == nil {
		a = &App{}
	}
	p := &Provider{client: c, scheme: *s, app: *a, meta: m}
	var f faults
	if m != nil {
		f.under("metadata", p.adopt(m))
	}
	f.under("scheme", c.schemeFaults(&p.scheme))
	sign, found := a.faults(s)
	f.under("app", found)
	if len(f) > 0 {
		return nil, &InvalidError{f}
	}
	p.sign = sign
	return p, nil
}

// adopt fills empty endpoints from metadata.
func (p *Provider) adopt(m *Metadata) []Fault {
	var f faults
	s := &p.scheme
	if s.Issuer == "" {
		s.Issuer = m.Issuer
	}
	if s.Issuer != m.Issuer {
		f.add("issuer", "is not the scheme's")
	}
	fill := func(at *string, from string) {
		if *at == "" {
			*at = from
		}
	}
	fill(&s.TokenURL, m.TokenEndpoint)
	fill(&s.RevokeURL, m.RevocationEndpoint)
	if s.Type == OAuth2Code {
		fill(&s.AuthorizeURL, m.AuthorizationEndpoint)
		if s.Quirks != nil && s.Quirks.PKCE == PKCERequired && !slices.Contains(m.CodeChallengeMethods, "S256") {
			f.add("code_challenge_methods_supported", "does not list S256")
		}
	}
	if s.Type == Device {
		fill(&s.DeviceURL, m.DeviceAuthorizationEndpoint)
	}
	return f
}

// schemeFaults returns why the client cannot use a scheme.
func (c *TokenClient) schemeFaults(s *Scheme) []Fault {
	if !s.Type.oauth2() {
		return []Fault{{"type", "does not end at a token endpoint"}}
	}
	judged := *s
	if c.guard.AllowHTTP { // a scheme may state https only; this client may go further
		for _, at := range judged.urls() {
			if rest, plain := strings.CutPrefix(*at, "http://"); plain {
				*at = "https://" + rest
			}
		}
	}
	f := faults(judged.Validate())
	needs := map[string]bool{"tokenURL": true, "authorizeURL": s.Type == OAuth2Code, "deviceURL": s.Type == Device}
	for _, e := range s.endpoints() {
		switch {
		case e.url == "" && needs[e.field]:
			f.add(e.field, "is missing")
		case e.url != "" && e.used:
			if _, err := egress.CheckURL(e.url, c.guard); err != nil {
				f.add(e.field, err.Error())
			}
			if repeats(e.url) {
				f.add(e.field, "has a query parameter that the protocol sets")
			}
		}
	}
	return f
}

// urls returns where the endpoints of a scheme stand.
func (s *Scheme) urls() []*string {
	return []*string{&s.AuthorizeURL, &s.TokenURL, &s.RequestTokenURL, &s.DeviceURL, &s.RevokeURL, &s.Issuer}
}

// Scheme returns the scheme that the Provider works by, endpoints filled in.
func (p *Provider) Scheme() Scheme { return p.scheme }
