package authtest

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// client judges who asks (RFC 6749 section 2.3), and returns nil when it is the
// one client.
func (s *Server) client(in *Request) *answer {
	style := in.ClientAuth
	if strings.Contains(style, "+") {
		return refused("invalid_request", "more than one client authentication")
	}
	if len(s.o.ClientAuth) > 0 && style != "none" && !slices.Contains(s.o.ClientAuth, style) {
		return refused("invalid_client", "client authentication by "+style+" is not accepted")
	}
	id, secret := in.Form.Get("client_id"), in.Form.Get("client_secret")
	switch style {
	case "basic":
		id, secret = basic(in.Header.Get("Authorization"))
	case "private_key_jwt":
		return s.clientAssertion(in)
	case "none":
		if s.o.ClientSecret != "" {
			return refused("invalid_client", "the client is not public")
		}
	}
	if id != s.o.ClientID || secret != s.o.ClientSecret {
		return refused("invalid_client", "unknown client "+id+" with secret "+secret) // careless on purpose
	}
	return nil
}

// basic reads the header as RFC 6749 section 2.3.1 has it: both parts are
// form-encoded.
func basic(header string) (id, secret string) {
	pair, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(header, "Basic "))
	if err != nil {
		return "", ""
	}
	id, secret, _ = strings.Cut(string(pair), ":")
	return unescape(id), unescape(secret)
}

func unescape(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return ""
	}
	return plain
}

// clientAssertion judges a proof by RFC 7523 section 3.
func (s *Server) clientAssertion(in *Request) *answer {
	if in.Form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return refused("invalid_client", "client_assertion_type is another one")
	}
	claims, err := s.assertion(in.Form.Get("client_assertion"))
	switch {
	case err != nil:
		return refused("invalid_client", err.Error())
	case claims.Issuer != s.o.ClientID || claims.Subject != s.o.ClientID:
		return refused("invalid_client", "the assertion is about somebody else")
	}
	return nil
}
