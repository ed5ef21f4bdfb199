package authtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// code is an authorization code.
type code struct {
	redirectURI string
	challenge   string
	scopes      []string
	used        bool
	family      int // of what came of it
}

// authorize answers a browser: the person agrees at once.
func (s *Server) authorize(in *Request) *answer {
	to, err := s.decide(in.Query, "")
	if err != nil {
		return refused("invalid_request", err.Error())
	}
	return &answer{status: http.StatusFound, header: http.Header{"Location": {to}}}
}

// Approve plays the person who agrees: it judges an authorization URL as the server
// would and returns the query that comes to the redirect URI.
func (s *Server) Approve(authorizeURL string) (query string, err error) {
	return s.browse(authorizeURL, "")
}

// Deny plays the person, or the server, who refuses with an error code, such as
// "access_denied" (RFC 6749 section 4.1.2.1).
func (s *Server) Deny(authorizeURL, code string) (query string, err error) {
	return s.browse(authorizeURL, code)
}

func (s *Server) browse(authorizeURL, denial string) (string, error) {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return "", err
	}
	if at := s.URL + "/" + Authorize; !strings.HasPrefix(authorizeURL, at+"?") {
		return "", fmt.Errorf("authtest: %s://%s%s is not %s", u.Scheme, u.Host, u.Path, at)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	to, err := s.decide(query, denial)
	if err != nil {
		return "", err
	}
	_, answer, _ := strings.Cut(to, "?")
	return answer, nil
}

// decide judges an authorization request (RFC 6749 section 4.1.1) and returns where
// the browser goes.
func (s *Server) decide(q url.Values, denial string) (string, error) {
	for name, values := range q {
		if len(values) > 1 && name != "resource" {
			return "", errors.New(name + " is there twice")
		}
	}
	redirect, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case err != nil || !redirect.IsAbs():
		return "", errors.New("redirect_uri is not absolute")
	case q.Get("client_id") != s.o.ClientID:
		return "", errors.New("unknown client")
	case q.Get("response_type") != "code":
		return "", errors.New("response_type is not code")
	case q.Get("state") == "":
		return "", errors.New("there is no state")
	case q.Has("client_secret") || q.Has("code_verifier"):
		return "", errors.New("a secret is in the URL")
	case q.Has("code_challenge") && q.Get("code_challenge_method") != "S256", s.o.RequirePKCE && !q.Has("code_challenge"):
		return "", errors.New("the code challenge is missing or not S256")
	}
	back := redirect.Query()
	back.Set("state", q.Get("state"))
	if !s.o.OmitIssuer {
		back.Set("iss", s.URL) // RFC 9207 section 2
	}
	if denial != "" {
		back.Set("error", denial)
		back.Set("error_description", "Refused: "+denial)
	} else {
		value := s.keep("code-" + rand.Text())
		s.codes[value] = &code{
			redirectURI: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), scopes: s.scopes(q.Get(s.o.ScopeParam)),
		}
		back.Set("code", value)
	}
	redirect.RawQuery = back.Encode()
	return redirect.String(), nil
}

func (s *Server) scopes(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, s.o.ScopeSeparator)
}

// keep notes a secret.
func (s *Server) keep(secret string) string {
	s.secret = append(s.secret, secret)
	return secret
}

// challengeOf is S256, RFC 7636 section 4.6.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
