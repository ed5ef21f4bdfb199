package auth

import (
	"maps"
	"net/http"
	"slices"

	"github.com/patchbay/patchbay/internal/egress"
)

// Transport sends the requests of one connection (C10). It adds the
// connection's credentials to requests that go to the hosts it was given, and to
// nothing else:
//
//   - Redirects are followed here, at most MaxRedirects. Once one has changed
//     scheme, host or port, no request of that call carries credentials any more,
//     even if it comes back; of the caller's headers only harmless ones go along,
//     and no body. A redirect from https to http is an error. So is one whose URL
//     has the credentials in it. No Referer is added.
//   - A 401 makes the Source renew, once. The request is sent again if its body can
//     be read again and the credentials have changed; a second 401 is the answer.
//   - GET, HEAD, OPTIONS, PUT and DELETE, and any method with an Idempotency-Key
//     header, are tried again after a lost connection or the status 429, 502,
//     503 or 504, if the body can be read again (RFC 9110 section 9.2.2). Others are
//     not.
//   - Requests that bring credentials of their own are refused: ErrOwnCredentials.
//   - Hosts outside the list are refused: *HostError; see Outside.
//
// Every URL passes the guard of C12, whoever wrote it. The Request of a response,
// and every error, is free of credentials; net/http/httptrace does not see
// headers.
//
// It implements http.RoundTripper, but for the redirects and repetitions that it
// takes on itself. A Transport is safe for concurrent use. It holds connections
// that nobody uses for some seconds; CloseIdleConnections ends them.
type Transport struct {
	o      TransportOptions
	guard  *egress.Options
	place  placeFunc
	custom Placer // instead of place
	broken string // why no credentials can be placed; empty: they can
	base   http.RoundTripper
	own    *http.Transport // base, unless it is the caller's
	certs  certTransports
}

// NewTransport returns a Transport. o may be nil, and is copied. What is wrong
// with a scheme is told by the requests that need it.
func NewTransport(o *TransportOptions) *Transport {
	s := o.withDefaults()
	s.Hosts, s.Placers = slices.Clone(s.Hosts), maps.Clone(s.Placers)
	scheme := *s.Scheme
	s.Scheme = &scheme
	t := &Transport{
		o: s,
		guard: &egress.Options{
			AllowHTTP: s.AllowHTTP, AllowPrivate: s.AllowPrivate, RootCAs: s.RootCAs, HeaderTimeout: s.HeaderTimeout,
		},
		base: s.Base,
	}
	t.place, t.broken = placement(s.Scheme)
	if placer := s.Placers[s.Scheme.ID]; s.Scheme.Type == Custom && placer != nil {
		t.custom, t.broken = placer, ""
	}
	if t.base == nil {
		t.own = t.guarded()
		t.base = t.own
	}
	return t
}

// guarded returns a transport that dials only what the guard allows.
func (t *Transport) guarded() *http.Transport {
	own := egress.NewTransport(t.guard)
	own.ResponseHeaderTimeout = t.o.HeaderTimeout
	own.DisableCompression = false // what is inflated counts toward MaxResponseBytes
	return own
}

// Client returns an HTTP client over t. It has no cookie jar, because cookies of
// a server would be credentials too, and its CheckRedirect sees no redirect. For
// connections that are upgraded, use t itself: a client with a Timeout makes their
// bodies read-only.
func (t *Transport) Client() *http.Client {
	return &http.Client{
		Transport:     t,
		Timeout:       t.o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CloseIdleConnections closes the connections that nobody uses. Those of a Base
// are left alone.
func (t *Transport) CloseIdleConnections() {
	if t.own != nil {
		t.own.CloseIdleConnections()
	}
	t.certs.closeIdle()
}

// RoundTrip sends req and what follows from it. The body of req is closed, also
// on errors, and req is not changed.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	x := &exchange{t: t, body: newPayload(req)}
	resp, err := x.follow(req)
	x.body.close()
	if err != nil {
		return nil, x.quiet(err)
	}
	return resp, nil
}
