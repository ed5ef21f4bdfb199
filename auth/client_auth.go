package auth

import (
	"encoding/base64"
	"net/http"
	"net/url"
)

// authenticate proves the client, and returns what it wrote that is secret. The
// style is the scheme's, never found out by trying: each try would spend a code or a
// refresh token.
func (p *Provider) authenticate(form url.Values, header http.Header) ([]string, error) {
	secret := p.app.ClientSecret.Reveal()
	switch style := p.scheme.Quirks.clientAuth(); {
	case p.sign != nil && p.scheme.Type != JWTBearer:
		assertion, err := p.clientAssertion()
		if err != nil {
			return nil, err
		}
		form.Set("client_id", p.app.ClientID)
		form.Set("client_assertion_type", assertionTypeJWT)
		form.Set("client_assertion", assertion)
	case style == ClientAuthNone || secret == "":
		if p.app.ClientID != "" {
			form.Set("client_id", p.app.ClientID)
		}
	case style == ClientAuthPost:
		form.Set("client_id", p.app.ClientID)
		form.Set("client_secret", secret)
	default: // each part is form-encoded first: RFC 6749 section 2.3.1
		pair := url.QueryEscape(p.app.ClientID) + ":" + url.QueryEscape(secret)
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
		return []string{secret, pair}, nil
	}
	return nil, nil
}

// clientAuth returns the style of client authentication. It may be called on
// nil.
func (q *Quirks) clientAuth() ClientAuth {
	if q == nil || q.ClientAuth == "" {
		return ClientAuthBasic
	}
	return q.ClientAuth
}
