package auth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/internal/egress"
)

// hop is one request of an exchange as the caller may see it: no credential is
// ever in it, and its body is not read.
type hop struct {
	req     *http.Request
	home    bool // no redirect has left the origin of the first request
	listed  bool // its host is one that credentials may reach
	dropped bool // a redirect has made it a request without a body
}

// first checks the caller's request and makes the first hop of it.
func (t *Transport) first(req *http.Request) (*hop, error) {
	switch {
	case req.URL == nil:
		return nil, &RequestError{"it has no URL"}
	case req.URL.Opaque != "":
		return nil, &RequestError{"its URL is opaque"}
	case req.Method == http.MethodTrace, req.Method == http.MethodConnect:
		return nil, &RequestError{"method " + req.Method + " would show the credentials, or lead them elsewhere"}
	}
	// What was checked is what is sent: a URL that was put together by hand may
	// read differently from how it is written.
	u, err := t.check(req.URL.String())
	if err != nil {
		return nil, err
	}
	if req.Host != "" && !strings.EqualFold(req.Host, req.URL.Host) {
		return nil, &RequestError{"its Host is not that of its URL"}
	}
	h := &hop{req: plainCopy(req, u), home: req.Response == nil, listed: t.lists(u)}
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		if h.req.Header[name] != nil {
			return nil, because(ErrOwnCredentials, &RequestError{"it has the header " + name + ", which is the connection's to set"})
		}
	}
	if !h.listed && t.o.Outside != OutsideAllowed {
		return nil, outside(u.Host, t.o.Hosts)
	}
	return h, nil
}

// plainCopy returns a copy of req for u, without the body, with header names
// spelled in one way.
func plainCopy(req *http.Request, u *url.URL) *http.Request {
	c := req.Clone(req.Context())
	c.URL, c.Host, c.Body, c.Response = u, "", nil, nil
	c.Header = make(http.Header, len(req.Header))
	for name, values := range req.Header {
		name = http.CanonicalHeaderKey(name)
		c.Header[name] = append(c.Header[name], values...)
	}
	return c
}

// check judges a URL before it is used (C12).
func (t *Transport) check(raw string) (*url.URL, error) {
	u, err := egress.CheckURL(raw, t.guard)
	if err == nil {
		return u, nil
	}
	if refused, ok := errors.AsType[*egress.URLError](err); ok {
		return nil, &RequestError{"its URL is refused: " + refused.Reason}
	}
	return nil, hostError(err, "")
}

// hostError makes the guard's refusal of an address a *HostError; other errors
// are returned as they are.
func hostError(err error, host string) error {
	refused, ok := errors.AsType[*egress.AddressError](err)
	if !ok {
		return err
	}
	e := &HostError{Host: host, Reason: refused.Reason, Err: refused}
	switch host {
	case "", refused.Host:
		e.Host = clip(refused.Host, maxShownHost)
	default:
		e.Reason = "its address " + clip(refused.Host, maxShownHost) + ": " + e.Reason
	}
	return e
}

// lists reports whether credentials may reach u.
func (t *Transport) lists(u *url.URL) bool { return matchAny(t.o.Hosts, u, t.o.AllowHTTP) }
