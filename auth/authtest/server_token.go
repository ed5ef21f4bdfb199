package authtest

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

// token is the token endpoint, RFC 6749 section 3.2.
func (s *Server) token(in *Request) *answer {
	for name, values := range in.Form {
		if len(values) > 1 && name != "resource" {
			return refused("invalid_request", name+" is there twice")
		}
	}
	grant := in.Form.Get("grant_type")
	const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	switch {
	case in.Method != http.MethodPost:
		return &answer{status: http.StatusMethodNotAllowed}
	case grant == jwtBearer && in.ClientAuth == "": // the assertion says who it is
	default:
		if no := s.client(in); no != nil {
			return no
		}
	}
	switch grant {
	case "authorization_code":
		return s.redeem(in)
	case "refresh_token":
		return s.renew(in)
	case "client_credentials":
		return s.issue(0, s.scopes(in.Form.Get(s.o.ScopeParam)), false)
	case "urn:ietf:params:oauth:grant-type:device_code":
		return s.poll(in)
	case jwtBearer:
		if _, err := s.assertion(in.Form.Get("assertion")); err != nil {
			return refused("invalid_grant", err.Error())
		}
		return s.issue(0, s.scopes(in.Form.Get(s.o.ScopeParam)), false)
	default:
		return refused("unsupported_grant_type", "grant type "+grant)
	}
}

// redeem takes a code, RFC 6749 section 4.1.3.
func (s *Server) redeem(in *Request) *answer {
	value := in.Form.Get("code")
	c := s.codes[value]
	verifier := in.Form.Get("code_verifier")
	switch {
	case c == nil:
		return refused("invalid_grant", "code "+value+" is unknown") // careless on purpose
	case c.used:
		s.abuse(c.family)
		return refused("invalid_grant", "the code was used before")
	}
	c.used = true
	switch {
	case in.Form.Get("redirect_uri") != c.redirectURI:
		return refused("invalid_grant", "redirect_uri is another one")
	case c.challenge == "" && verifier != "", c.challenge != "" && challengeOf(verifier) != c.challenge:
		return refused("invalid_grant", "the code verifier is wrong")
	}
	c.family = s.family()
	return s.issue(c.family, c.scopes, true)
}

// renew takes a refresh token, RFC 6749 section 6.
func (s *Server) renew(in *Request) *answer {
	value := in.Form.Get("refresh_token")
	r := s.refresh[value]
	switch {
	case r == nil:
		return refused("invalid_grant", "refresh token "+value+" is unknown") // careless on purpose
	case r.spent:
		s.abuse(r.family)
		return refused("invalid_grant", "the refresh token was used before")
	case r.dead:
		return refused("invalid_grant", "the refresh token was revoked")
	}
	if s.o.KeepRefresh {
		return s.issue(r.family, r.scopes, false)
	}
	r.spent = true
	return s.issue(r.family, r.scopes, true)
}

// issue makes tokens and the reply of RFC 6749 section 5.1.
func (s *Server) issue(family int, scopes []string, renewable bool) *answer {
	value := s.keep("access-" + rand.Text())
	a := &access{family: family}
	reply := map[string]any{"access_token": value, "token_type": "Bearer"}
	if s.o.Lifetime > 0 {
		a.expires = s.o.Now().Add(s.o.Lifetime)
		reply["expires_in"] = int64(s.o.Lifetime / time.Second)
	}
	s.access[value] = a
	if len(scopes) > 0 {
		reply["scope"] = strings.Join(scopes, s.o.ScopeSeparator)
	}
	if renewable && !s.o.NoRefresh {
		next := s.keep("refresh-" + rand.Text())
		s.refresh[next] = &refresh{family: family, scopes: scopes}
		reply["refresh_token"] = next
	}
	steps := strings.Split(s.o.TokenPath, ".")
	for i := len(steps) - 2; i >= 0; i-- {
		reply = map[string]any{steps[i]: reply, "ok": true}
	}
	return &answer{status: http.StatusOK, reply: reply}
}
