package authtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is one that a Server received, as it came: it holds secrets.
type Request struct {
	Endpoint string
	Method   string
	Path     string
	Query    url.Values
	Header   http.Header
	Form     url.Values // of the body, form or JSON
	JSON     bool       // whether the body was JSON
	Body     string
	// ClientAuth is how the client proved itself: "basic", "post", "private_key_jwt",
	// "none" (a client id alone), or "" when nothing says who it is. Two at once are
	// joined by '+'.
	ClientAuth string
}

// maxBody bounds what is read of a request.
const maxBody = 1 << 20

// receive reads and records a request.
func (s *Server) receive(r *http.Request) (endpoint string, in *Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxBody)) // what came is what counts
	endpoint = endpointOf(r.URL.Path)
	in = &Request{
		Endpoint: endpoint, Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(),
		Body: string(body), JSON: strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"),
	}
	if in.JSON {
		in.Form = formOf(body)
	} else {
		in.Form, _ = url.ParseQuery(in.Body) // what can be read of it
	}
	in.ClientAuth = styleOf(in)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, *in)
	for _, name := range []string{
		"code", "code_verifier", "refresh_token", "device_code", "client_secret", "client_assertion", "assertion", "token",
	} {
		if value := in.Form.Get(name); value != "" && !slices.Contains(s.secret, value) {
			s.secret = append(s.secret, value)
		}
	}
	return endpoint, in
}

// formOf returns a JSON object as a form.
func formOf(body []byte) url.Values {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return nil
	}
	form := url.Values{}
	for name, value := range m {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, item := range list {
			form.Add(name, fmt.Sprint(item))
		}
	}
	return form
}

func styleOf(in *Request) string {
	var styles []string
	if strings.HasPrefix(in.Header.Get("Authorization"), "Basic ") {
		styles = append(styles, "basic")
	}
	if in.Form.Has("client_assertion") {
		styles = append(styles, "private_key_jwt")
	}
	if in.Form.Has("client_secret") {
		styles = append(styles, "post")
	}
	if len(styles) == 0 && in.Form.Has("client_id") {
		styles = append(styles, "none")
	}
	return strings.Join(styles, "+")
}

// Requests returns what an endpoint has received, in order; what all have for "".
func (s *Server) Requests(endpoint string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.log)
	if endpoint == "" {
		return all
	}
	return slices.DeleteFunc(all, func(r Request) bool { return r.Endpoint != endpoint })
}

// Count returns how many requests an endpoint has received; all of them for "".
func (s *Server) Count(endpoint string) int { return len(s.Requests(endpoint)) }

// Forget forgets the requests so far. Tokens stay.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}
