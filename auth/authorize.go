package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// How long an authorization may take.
const (
	DefaultAuthorizationTTL = 10 * time.Minute
	MaxAuthorizationTTL     = 24 * time.Hour
)

// AuthorizationRequest says how to begin an authorization in a browser.
type AuthorizationRequest struct {
	// RedirectURI is where the server sends the browser back to, as registered with it
	// (RFC 6749 section 3.1.2): absolute, without fragment, and https, http on a
	// loopback host, or a private scheme with a dot (RFC 8252 section 7). Required.
	RedirectURI string
	// Scopes are asked for. Nil means the scheme's.
	Scopes []string
	// Params are added to the URL, such as login_hint. They win over the scheme's
	// AuthorizeParams, never over what the protocol sets.
	Params map[string]string
	// TTL is how long the person may take. 0 means DefaultAuthorizationTTL; the bound is
	// MaxAuthorizationTTL.
	TTL time.Duration
}

// Authorization is an authorization that has begun in a browser: all that is
// needed to finish it, as data. Encode is for sealing. It is for one use; that,
// and who may finish it, is for whoever stores it to see to (C3).
type Authorization struct {
	// URL is where to send the browser. There is no secret in it.
	URL string `json:"url"`
	// State comes back in the callback (RFC 6749 section 10.12): 128 random bits or more.
	State string `json:"state"`
	// Verifier proves to the token endpoint who began (RFC 7636 section 4.1). Empty
	// when the scheme switches PKCE off.
	Verifier Secret `json:"verifier,omitzero"`
	// RedirectURI and Scopes are those of the request.
	RedirectURI string   `json:"redirectURI"`
	Scopes      []string `json:"scopes,omitempty"`
	// Issuer is who must have answered, empty when nobody knows; a callback must name it
	// when IssuerRequired (RFC 9207 section 2.4).
	Issuer         string `json:"issuer,omitempty"`
	IssuerRequired bool   `json:"issuerRequired,omitempty"`
	// ClientID and TokenURL are those of the Provider that began, and must be those
	// of the one that finishes.
	ClientID string `json:"clientID"`
	TokenURL string `json:"tokenURL"`
	// Expires is when it is too late to finish.
	Expires time.Time `json:"expires"`
}

// Authorize begins an authorization: code flow (RFC 6749 section 4.1.1), with a PKCE
// challenge by S256 unless the scheme switches it off (RFC 7636), resource
// indicators (RFC 8707) and the scheme's own parameters. It asks nobody. The error is
// an *InvalidError, or wraps errors.ErrUnsupported for a scheme of another type
// than OAuth2Code.
func (p *Provider) Authorize(r *AuthorizationRequest) (*Authorization, error) {
	if err := p.unusable("authorize", OAuth2Code); err != nil {
		return nil, err
	}
	if r == nil {
		r = &AuthorizationRequest{}
	}
	scopes, f := p.judge(r)
	if len(f) > 0 {
		return nil, &InvalidError{f}
	}
	ttl := r.TTL
	if ttl <= 0 {
		ttl = DefaultAuthorizationTTL
	}
	a := &Authorization{
		State: rand.Text(), RedirectURI: r.RedirectURI, Scopes: scopes, Issuer: p.scheme.Issuer,
		IssuerRequired: p.meta != nil && p.meta.IssuerInResponse,
		ClientID:       p.app.ClientID, TokenURL: p.scheme.TokenURL,
		Expires: p.client.now().Add(min(ttl, MaxAuthorizationTTL)),
	}
	form := url.Values{}
	q := p.scheme.Quirks
	if q != nil {
		for name, value := range q.AuthorizeParams {
			form.Set(name, value)
		}
	}
	for name, value := range r.Params {
		form.Set(name, value)
	}
	form.Set("response_type", "code")
	form.Set("client_id", p.app.ClientID)
	form.Set("redirect_uri", r.RedirectURI)
	form.Set("state", a.State)
	p.aim(form, scopes)
	if q == nil || q.PKCE != PKCEOff {
		verifier := rand.Text() + rand.Text() // 52 characters, RFC 7636 section 4.1 wants 43 to 128
		a.Verifier = NewSecret(verifier)
		form.Set("code_challenge", challenge(verifier))
		form.Set("code_challenge_method", "S256")
	}
	a.URL = withQuery(p.scheme.AuthorizeURL, form)
	return a, nil
}

// judge returns everything that is wrong with a request, and its scopes.
func (p *Provider) judge(r *AuthorizationRequest) ([]string, []Fault) {
	var f faults
	if reason := redirectFault(r.RedirectURI); reason != "" {
		f.add("redirectURI", reason)
	}
	scopes := r.Scopes
	if scopes == nil {
		scopes = p.scheme.Scopes
	}
	f.scopes(&Scheme{Type: p.scheme.Type, Quirks: p.scheme.Quirks, Scopes: scopes})
	f.extra("params", r.Params)
	if name := p.scheme.Quirks.scopeParam(); name != "scope" {
		if _, taken := r.Params[name]; taken {
			f.add("params/"+name, "carries the scopes")
		}
	}
	return scopes, f
}

// challenge is S256: RFC 7636 section 4.2.
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// withQuery adds a query to an endpoint. One that is there stays as it is (RFC 6749
// section 3.1), and wins: For has refused what the protocol sets.
func withQuery(endpoint string, form url.Values) string {
	base, query, _ := strings.Cut(endpoint, "?")
	if query = strings.Trim(query, "&"); query == "" {
		return base + "?" + form.Encode()
	}
	if there, err := url.ParseQuery(query); err == nil {
		for name := range there {
			form.Del(name)
		}
	}
	return base + "?" + query + "&" + form.Encode()
}
