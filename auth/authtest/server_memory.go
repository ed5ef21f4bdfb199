package authtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
)

// Transport returns a transport that reaches the server at URL without a network.
// Other hosts cannot be reached by it.
func (s *Server) Transport() http.RoundTripper { return &inMemory{s} }

// HTTPClient returns a client on Transport.
func (s *Server) HTTPClient() *http.Client { return &http.Client{Transport: s.Transport()} }

type inMemory struct{ s *Server }

// RoundTrip lets the server answer within the call.
func (m *inMemory) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if r.Body != nil {
		defer r.Body.Close() //nolint:errcheck // a RoundTripper closes it, whatever happens
	} else {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	if origin := r.URL.Scheme + "://" + r.URL.Host; origin != m.s.URL {
		return nil, fmt.Errorf("authtest: %s is not in memory", origin)
	}
	w := httptest.NewRecorder()
	whole := m.serve(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	resp = w.Result()
	resp.Request = r
	switch {
	case whole:
		return resp, nil
	case w.Body.Len() == 0:
		return nil, io.ErrUnexpectedEOF // closed before the answer
	default:
		resp.Body = io.NopCloser(io.MultiReader(resp.Body, brokenReader{}))
		return resp, nil
	}
}

// serve reports whether the answer is whole; if not, the server has closed the
// connection.
func (m *inMemory) serve(w http.ResponseWriter, r *http.Request) (whole bool) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
			panic(p)
		}
	}()
	m.s.ServeHTTP(w, r)
	return true
}

// brokenReader is a connection that was closed.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
