package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// again reports whether the same request is sent once more, and after what
// pause.
func (x *exchange) again(req *http.Request, resp *http.Response, err error, attempt int) (time.Duration, bool) {
	o := &x.t.o
	if attempt >= o.Attempts || !idempotent(req) || !x.body.rewindable() || req.Context().Err() != nil {
		return 0, false
	}
	if err != nil && !mayPass(err) || err == nil && !worthAsking(resp.StatusCode) {
		return 0, false
	}
	wait := o.MaxRetryWait
	if doubled := o.RetryWait << (attempt - 1); doubled > 0 {
		wait = min(doubled, wait)
	}
	wait -= rand.N(wait/2 + 1) //nolint:gosec // jitter is no secret
	if resp != nil {
		if after := retryAfter(resp.Header, time.Now()); after > o.MaxRetryWait {
			return 0, false
		} else if after > 0 {
			wait = after
		}
	}
	deadline, bound := req.Context().Deadline()
	return wait, !bound || time.Until(deadline) > wait
}

// idempotent reports whether doing a request twice does no more than doing it
// once (RFC 9110 section 9.2.2), or whether the server sees to that.
func idempotent(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	default:
		return req.Header.Get("Idempotency-Key") != "" || req.Header.Get("X-Idempotency-Key") != ""
	}
}

func worthAsking(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}

// mayPass reports whether an error may be gone next time. A refusal of ours, a
// certificate or the caller's own end will not.
func mayPass(err error) bool {
	var (
		host        *HostError
		placement   *PlacementError
		request     *RequestError
		certificate *tls.CertificateVerificationError
	)
	return !errors.As(err, &host) && !errors.As(err, &placement) && !errors.As(err, &request) &&
		!errors.As(err, &certificate) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}
