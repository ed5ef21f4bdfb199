package auth

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"slices"
	"time"
)

// try sends one hop, again and again while that is safe and may help.
func (x *exchange) try(h *hop, c *Credentials) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		resp, err := x.send(h, c)
		wait, again := x.again(h.req, resp, err, attempt)
		if !again {
			return resp, err
		}
		drain(resp)
		if err := sleep(h.req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send sends one hop once, with c unless it is nil.
func (x *exchange) send(h *hop, c *Credentials) (*http.Response, error) {
	out := h.req.Clone(unseen{h.req.Context()})
	if out.Body = http.NoBody; !h.dropped {
		body, err := x.body.next()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	rt := x.t.base
	if c != nil {
		var err error
		if rt, err = x.equip(h, out, c); err != nil {
			return nil, closing(out, err)
		}
	}
	resp, err := rt.RoundTrip(out)
	if err != nil {
		return nil, hostError(err, h.req.URL.Host)
	}
	return resp, nil
}

// closing closes the body of a request that is not sent.
func closing(req *http.Request, err error) error {
	if req.Body != nil {
		_ = req.Body.Close() // err says more
	}
	return err
}

// equip puts c on out and returns what sends it.
func (x *exchange) equip(h *hop, out *http.Request, c *Credentials) (http.RoundTripper, error) {
	t := x.t
	switch {
	case t.o.Scheme.Type == MTLS:
		return t.certs.get(t, c)
	case t.custom != nil:
		if err := t.custom.Place(out, c); err != nil {
			return nil, &PlacementError{Scheme: t.o.Scheme.ID, Reason: "its Placer failed", Err: err}
		}
	default:
		if reason := t.place(out, c); reason != "" {
			return nil, &PlacementError{Scheme: t.o.Scheme.ID, Reason: reason}
		}
	}
	return t.base, x.placed(h.req, out)
}

// placed checks what a placement has done to a request, and remembers it.
func (x *exchange) placed(before, after *http.Request) error {
	if after.URL.Scheme != before.URL.Scheme || after.URL.Host != before.URL.Host || after.Host != before.Host ||
		after.URL.User != nil || after.URL.Opaque != "" {
		return &PlacementError{Scheme: x.t.o.Scheme.ID, Reason: "its Placer changed where the request goes"}
	}
	for name, values := range before.Header {
		if name != "Cookie" && !slices.Equal(values, after.Header[name]) { // cookies stand side by side
			return because(ErrOwnCredentials, &RequestError{"it has the header " + name + ", which is the connection's to set"})
		}
	}
	own, query := before.URL.Query(), after.URL.Query()
	for name, values := range own {
		if !slices.Equal(values, query[name]) {
			return because(ErrOwnCredentials, &RequestError{"it has a query parameter that is the connection's to set"})
		}
	}
	for name, values := range query {
		if own[name] == nil {
			x.rememberQuery(name, values)
		}
	}
	for name, values := range after.Header {
		if before.Header[name] == nil {
			x.rememberHeader(values)
		}
	}
	return nil
}

// unseen hides headers from a trace in a context.
type unseen struct{ context.Context } //nolint:containedctx // it is a context

// Value returns what the context holds, but for the hook that sees headers.
func (u unseen) Value(key any) any {
	v := u.Context.Value(key)
	if trace, ok := v.(*httptrace.ClientTrace); ok && trace.WroteHeaderField != nil {
		quiet := *trace
		quiet.WroteHeaderField = nil
		return &quiet
	}
	return v
}
