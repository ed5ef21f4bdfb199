package egress

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// follow sends the request and goes where it is redirected, at most MaxRedirects
// times, never to another scheme and never past the guard.
func (c *Client) follow(ctx context.Context, r *Request, u *url.URL) (*http.Response, error) {
	start, home := u, true
	for hops := 0; ; hops++ {
		resp, err := c.once(ctx, r, u, home)
		away, ok := errors.AsType[*redirect](err)
		if !ok {
			return resp, err
		}
		if u, err = c.target(u, away.location, hops); err != nil {
			return nil, err
		}
		home = home && SameOrigin(start, u)
	}
}

// target resolves and judges a Location.
func (c *Client) target(from *url.URL, location string, hops int) (*url.URL, error) {
	if location == "" {
		return nil, &RedirectError{To: "nowhere", Reason: "the Location is missing"}
	}
	ref, err := url.Parse(location)
	if err != nil {
		return nil, &RedirectError{To: Redact(location), Reason: "the Location cannot be parsed"}
	}
	to := from.ResolveReference(ref)
	switch {
	case hops >= MaxRedirects:
		return nil, &RedirectError{To: redact(to), Reason: "more than " + strconv.Itoa(MaxRedirects) + " redirects"}
	case to.Scheme != from.Scheme:
		return nil, &RedirectError{To: redact(to), Reason: "it changes the scheme from " + from.Scheme}
	}
	checked, err := checkURL(to.String(), c.guard, c.opts.AllowHTTP)
	if err != nil {
		return nil, &RedirectError{To: redact(to), Err: err}
	}
	return checked, nil
}
