package auth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Lifetimes of assertions.
const (
	DefaultAssertionLifetime = 2 * time.Minute // some servers refuse more than three
	MaxAssertionLifetime     = time.Hour
)

// Assertion is what the app states in a JWT bearer grant (RFC 7523 section 3). The
// zero value, and nil, are the app speaking for itself.
type Assertion struct {
	// Issuer is "iss". Empty: the app's ClientID.
	Issuer string
	// Subject is "sub", who the token is for. Empty: the issuer.
	Subject string
	// Audience is "aud". Empty: Quirks.AssertionAudience, or else the token endpoint.
	Audience string
	// Lifetime is from "iat" to "exp". 0 means DefaultAssertionLifetime; the bound is
	// MaxAssertionLifetime.
	Lifetime time.Duration
	// Claims are further claims, such as a "scope" that the server wants inside; never
	// those above, "nbf" or "jti". At most MaxExtraParams.
	Claims map[string]any
}

// grantAssertion signs the assertion of a JWT bearer grant.
func (p *Provider) grantAssertion(a *Assertion) (string, error) {
	if a == nil {
		a = &Assertion{}
	}
	or := func(value, standard string) string {
		if value == "" {
			return standard
		}
		return value
	}
	issuer := or(a.Issuer, p.app.ClientID)
	subject := or(a.Subject, issuer)
	life := a.Lifetime
	if life <= 0 {
		life = DefaultAssertionLifetime
	}
	var f faults
	if subject == "" || issuer == "" {
		f.add("issuer", "is missing, and there is no client id in its place")
	}
	if life > MaxAssertionLifetime {
		f.add("lifetime", "is longer than "+MaxAssertionLifetime.String())
	}
	if len(a.Claims) > MaxExtraParams {
		f.add("claims", tooMany(MaxExtraParams, "entries"))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Claims)) {
		switch name {
		case "iss", "sub", "aud", "exp", "iat", "nbf", "jti":
			f.add("claims/"+name, "is set by the protocol")
		}
	}
	if len(f) > 0 {
		return "", &InvalidError{f}
	}
	return p.jwt(issuer, subject, or(a.Audience, p.audience()), life, a.Claims)
}

// clientAssertion signs the proof of who the client is: RFC 7523 section 3.
func (p *Provider) clientAssertion() (string, error) {
	return p.jwt(p.app.ClientID, p.app.ClientID, p.audience(), DefaultAssertionLifetime, nil)
}

// audience returns who an assertion is for: RFC 7523 section 3 item 3 lets it be the
// token endpoint, which not every server accepts.
func (p *Provider) audience() string {
	if q := p.scheme.Quirks; q != nil && q.AssertionAudience != "" {
		return q.AssertionAudience
	}
	return p.scheme.TokenURL
}

// jwt returns a compact JWS (RFC 7515 section 7.1) of the claims (RFC 7519 section
// 4.1).
func (p *Provider) jwt(issuer, subject, audience string, life time.Duration, more map[string]any) (string, error) {
	now := p.client.now()
	claims := maps.Clone(more)
	if claims == nil {
		claims = map[string]any{}
	}
	claims["iss"], claims["sub"], claims["aud"] = issuer, subject, audience
	claims["iat"], claims["exp"] = now.Unix(), now.Add(life).Unix()
	claims["jti"] = rand.Text()
	header := map[string]string{"alg": p.sign.alg, "typ": "JWT"}
	if p.sign.kid != "" {
		header["kid"] = p.sign.kid
	}
	input, err := encodeParts(header, claims)
	if err != nil {
		return "", &InvalidError{[]Fault{{"claims", "have no JSON form"}}} // the cause may quote them
	}
	signature, err := p.sign.sign([]byte(input))
	if err != nil {
		return "", &InvalidError{[]Fault{{"key", "cannot sign"}}}
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// encodeParts returns the signing input, RFC 7515 section 5.1.
func encodeParts(header, claims any) (string, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	c, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(c), nil
}
