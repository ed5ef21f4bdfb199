package auth

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/internal/egress"
)

// redirected returns the hop that resp asks for, or nil when resp is the answer.
func (x *exchange) redirected(h *hop, resp *http.Response, hops int) (*hop, error) {
	keep := false // method and body
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		keep = true
	default:
		return nil, nil //nolint:nilnil // no hop is an answer
	}
	location := resp.Header.Get("Location")
	if location == "" || keep && !h.dropped && !x.body.rewindable() {
		return nil, nil //nolint:nilnil // as net/http has it
	}
	ref, err := url.Parse(location)
	if err != nil { // it quotes the URL
		return nil, &RedirectError{To: egress.Redact(location), Reason: "the Location cannot be parsed"}
	}
	to := h.req.URL.ResolveReference(ref)
	x.forget(to)
	if reason := x.refuses(h, to, keep, hops); reason != "" {
		return nil, &RedirectError{To: x.shown(to), Reason: reason}
	}
	checked, err := x.t.check(to.String())
	listed := err == nil && x.t.lists(checked)
	if err == nil && !listed && x.t.o.Outside == OutsideRefused {
		err = outside(checked.Host, x.t.o.Hosts)
	}
	if err != nil {
		return nil, &RedirectError{To: x.shown(to), Err: err}
	}
	return h.next(checked, keep, listed), nil
}

// shown returns what of a URL may be shown.
func (x *exchange) shown(u *url.URL) string {
	if text := egress.Redact(u.String()); !x.carries(text) {
		return text
	}
	return egress.Redact((&url.URL{Scheme: u.Scheme, Host: u.Host}).String())
}

// refuses says why a redirect is not followed, before anybody asks where its host
// is; empty: nothing speaks against it.
func (x *exchange) refuses(h *hop, to *url.URL, keep bool, hops int) string {
	same := egress.SameOrigin(h.req.URL, to)
	switch {
	case hops >= MaxRedirects:
		return "more than " + strconv.Itoa(MaxRedirects) + " redirects"
	case h.req.URL.Scheme == "https" && to.Scheme != "https":
		return "it leaves https"
	case !same && keep && !h.dropped && !x.body.empty():
		return "it would send the body to another origin"
	case x.carries(to.String()):
		return "it has the credentials in it"
	default:
		return ""
	}
}

// next returns the request that a redirect to u asks for (RFC 9110 section 15.4).
func (h *hop) next(u *url.URL, keep, listed bool) *hop {
	same := egress.SameOrigin(h.req.URL, u)
	req := h.req.Clone(h.req.Context())
	req.URL = u
	if !keep && req.Method != http.MethodHead {
		req.Method = http.MethodGet
	}
	if !keep {
		req.ContentLength, req.GetBody, req.TransferEncoding, req.Trailer = 0, nil, nil, nil
		for name := range req.Header {
			if strings.HasPrefix(name, "Content-") {
				delete(req.Header, name)
			}
		}
	}
	if !same {
		for name := range req.Header {
			if !harmless(name) {
				delete(req.Header, name)
			}
		}
	}
	return &hop{req: req, home: h.home && same, listed: listed, dropped: h.dropped || !keep}
}

// harmless reports whether a header of the caller may go to another origin. Who
// knows which of the others is a key?
func harmless(name string) bool {
	switch name {
	case "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "If-Match", "If-Modified-Since", "If-None-Match",
		"If-Range", "If-Unmodified-Since", "Range", "User-Agent":
		return true
	default:
		return false
	}
}
