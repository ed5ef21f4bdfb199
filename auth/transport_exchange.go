package auth

import (
	"errors"
	"net/http"
)

// exchange is one call of RoundTrip.
type exchange struct {
	t       *Transport
	body    *payload
	renewed bool            // a 401 was taken to the Source
	secrets []string        // what must not be seen: see remember
	queries map[string]bool // query parameters that a placement has set
}

// follow sends the request and goes where it is redirected.
func (x *exchange) follow(req *http.Request) (*http.Response, error) {
	h, err := x.t.first(req)
	if err != nil {
		return nil, err
	}
	for hops := 0; ; hops++ {
		resp, err := x.visit(h)
		if err != nil {
			return nil, err
		}
		next, err := x.redirected(h, resp, hops)
		if err != nil {
			drain(resp)
			return nil, err
		}
		if next == nil {
			return x.finish(h, resp), nil
		}
		drain(resp)
		h = next
	}
}

// finish makes a response fit for the caller.
func (x *exchange) finish(h *hop, resp *http.Response) *http.Response {
	resp.Request = h.req
	if !h.home {
		// A cookie jar of the caller would take them for cookies of the first host.
		resp.Header.Del("Set-Cookie")
	}
	if resp.StatusCode != http.StatusSwitchingProtocols { // there the body is the connection
		resp.Body = &boundedBody{resp.Body, x.t.o.MaxResponseBytes}
	}
	return resp
}

// visit does one hop: with credentials where they belong, renewed once on 401.
func (x *exchange) visit(h *hop) (*http.Response, error) {
	if !h.home || !h.listed || x.t.o.Scheme.Type == None {
		return x.try(h, nil)
	}
	c, err := x.credentials(h, nil)
	if err != nil {
		return nil, err
	}
	resp, err := x.try(h, c)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || x.renewed {
		return resp, err
	}
	x.renewed = true
	newer, err := x.credentials(h, c)
	switch {
	case !x.body.rewindable(), errors.Is(err, errors.ErrUnsupported):
		return resp, nil
	case err != nil:
		drain(resp)
		return nil, err
	case newer.equal(c):
		return resp, nil // asking again would be a second wrong password
	}
	drain(resp)
	return x.try(h, newer)
}

// credentials asks the Source.
func (x *exchange) credentials(h *hop, refused *Credentials) (*Credentials, error) {
	scheme := x.t.o.Scheme.ID
	switch {
	case x.t.broken != "":
		return nil, &PlacementError{Scheme: scheme, Reason: x.t.broken}
	case x.t.o.Source == nil:
		return nil, &PlacementError{Scheme: scheme, Reason: "there is no Source"}
	}
	c, err := x.t.o.Source.Credentials(h.req.Context(), refused)
	if err == nil && c == nil {
		err = &PlacementError{Scheme: scheme, Reason: "the Source has none"}
	}
	if err == nil {
		x.remember(c)
	}
	return c, err
}
