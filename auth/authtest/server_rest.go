package authtest

import (
	"net/http"
	"strings"
)

// revoke is the endpoint of RFC 7009.
func (s *Server) revoke(in *Request) *answer {
	if no := s.client(in); no != nil {
		return no
	}
	value := in.Form.Get("token")
	if r := s.refresh[value]; r != nil {
		s.kill(r.family)
	}
	if a := s.access[value]; a != nil {
		a.dead = true
	}
	return &answer{status: http.StatusOK} // also for a token that nobody knows: section 2.2
}

// metadata is the document of RFC 8414 section 3.
func (s *Server) metadata(in *Request) *answer {
	if !strings.HasSuffix(in.Path, "/.well-known/oauth-authorization-server") &&
		!strings.HasSuffix(in.Path, "/.well-known/openid-configuration") {
		return &answer{status: http.StatusNotFound}
	}
	return &answer{status: http.StatusOK, reply: map[string]any{
		"issuer":                                         s.URL,
		"authorization_endpoint":                         s.URL + "/" + Authorize,
		"token_endpoint":                                 s.URL + "/" + Token,
		"device_authorization_endpoint":                  s.URL + "/" + Device,
		"revocation_endpoint":                            s.URL + "/" + Revoke,
		"scopes_supported":                               []string{"read", "write"},
		"response_types_supported":                       []string{"code"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": !s.o.OmitIssuer,
	}}
}

// api is a protected resource, RFC 6750.
func (s *Server) api(in *Request) *answer {
	value, ok := strings.CutPrefix(in.Header.Get("Authorization"), "Bearer ")
	if !ok || !s.live(value) {
		return &answer{
			status: http.StatusUnauthorized, header: http.Header{"Www-Authenticate": {`Bearer error="invalid_token"`}},
		}
	}
	return &answer{status: http.StatusOK, reply: map[string]any{"ok": true}}
}

func (s *Server) live(value string) bool {
	a := s.access[value]
	return a != nil && !a.dead && (a.expires.IsZero() || s.o.Now().Before(a.expires))
}

// Live reports whether the server would accept an access token now.
func (s *Server) Live(accessToken string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live(accessToken)
}

// Reused returns how often a spent code or refresh token came again. With
// rotation, each such time is one at which a real server takes the tokens away.
func (s *Server) Reused() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reused
}

// RevokeAll kills every token, as an administrator of the server might.
func (s *Server) RevokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.refresh {
		r.dead = true
	}
	for _, a := range s.access {
		a.dead = true
	}
}
