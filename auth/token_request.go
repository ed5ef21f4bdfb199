package auth

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Names of grants, as the protocol has them.
const (
	grantCode        = "authorization_code"                           // RFC 6749 section 4.1.3
	grantRefresh     = "refresh_token"                                // RFC 6749 section 6
	grantClient      = "client_credentials"                           // RFC 6749 section 4.4.2
	grantDevice      = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628 section 3.4
	grantJWT         = "urn:ietf:params:oauth:grant-type:jwt-bearer"  // RFC 7523 section 2.1
	assertionTypeJWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// secretParams are the request parameters that no error may show.
func secretParams() []string {
	return []string{
		"client_secret", "client_assertion", "assertion", "code", "code_verifier", "refresh_token", "device_code", "token",
	}
}

// request makes the POST of a form, the client proven in it (RFC 6749 section 2.3).
// Only requests to the token endpoint carry the scheme's extra parameters.
func (p *Provider) request(op, endpoint string, form url.Values) (*outgoing, error) {
	q := p.scheme.Quirks
	if q != nil && endpoint == p.scheme.TokenURL {
		for name, value := range q.TokenParams {
			if !form.Has(name) {
				form.Set(name, value)
			}
		}
	}
	header := http.Header{}
	secrets, err := p.authenticate(form, header)
	if err != nil {
		return nil, err
	}
	for _, name := range secretParams() {
		secrets = append(secrets, form.Get(name))
	}
	if _, query, ok := strings.Cut(endpoint, "?"); ok {
		secrets = append(secrets, query)
	}
	r := &outgoing{op: op, url: endpoint, header: header, secrets: secrets}
	if q != nil && q.Body == BodyJSON && endpoint == p.scheme.TokenURL {
		header.Set("Content-Type", "application/json")
		r.body, err = json.Marshal(plainJSON(form))
		return r, err
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.body = []byte(form.Encode())
	return r, nil
}

// aim adds what says where the token is for: scopes, RFC 8707 section 2, and
// "audience".
func (p *Provider) aim(form url.Values, scopes []string) {
	q := p.scheme.Quirks
	if len(scopes) > 0 {
		form.Set(q.scopeParam(), strings.Join(scopes, q.separator()))
	}
	if q == nil {
		return
	}
	if len(q.Resource) > 0 {
		form["resource"] = slices.Clone(q.Resource)
	}
	if q.Audience != "" {
		form.Set("audience", q.Audience)
	}
}

// scopes returns the scopes to ask for, which the server's separator can join.
func (p *Provider) scopes(asked []string) ([]string, error) {
	if asked == nil {
		return p.scheme.Scopes, nil
	}
	var f faults
	f.scopes(&Scheme{Type: p.scheme.Type, Quirks: p.scheme.Quirks, Scopes: asked})
	if len(f) > 0 {
		return nil, &InvalidError{f}
	}
	return asked, nil
}

// plainJSON returns a form as a JSON object: strings, or arrays of them.
func plainJSON(form url.Values) map[string]any {
	m := make(map[string]any, len(form))
	for name, values := range form {
		if len(values) == 1 {
			m[name] = values[0]
		} else {
			m[name] = values
		}
	}
	return m
}

// repeats reports whether the query of an endpoint has a parameter that the
// protocol sets, which would then be there twice (RFC 6749 section 3.1).
func repeats(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && slices.ContainsFunc(slices.Collect(maps.Keys(u.Query())), reserved)
}

// unusable refuses a grant that the scheme is not made for.
func (p *Provider) unusable(op string, types ...Type) error {
	if slices.Contains(types, p.scheme.Type) {
		return nil
	}
	cause := errors.New("scheme type " + string(p.scheme.Type) + " does not do this")
	return &TokenError{Op: op, Outcome: OutcomeNotSent, Err: because(errors.ErrUnsupported, cause)}
}
