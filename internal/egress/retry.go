package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// newRetrying returns the client that repeats one GET. It logs nothing,
// because its log lines show URLs.
func newRetrying(rt http.RoundTripper, s *Options) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   &http.Client{Transport: rt},
		Logger:       nil,
		RetryWaitMin: s.Wait,
		RetryWaitMax: s.MaxWait,
		RetryMax:     s.Attempts - 1,
		CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			return ctx.Err() == nil && worthRetrying(resp, err, s.MaxWait), nil
		},
		Backoff:      backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// worthRetrying reports whether the same request may fare better later. A
// refusal of ours, a certificate or a clear answer will not change.
func worthRetrying(resp *http.Response, err error, maxWait time.Duration) bool {
	if err != nil {
		return transient(err)
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return retryAfter(resp) <= maxWait
	}
	return false
}

func transient(err error) bool {
	if _, ok := errors.AsType[*redirect](err); ok {
		return false
	}
	if _, ok := errors.AsType[*AddressError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound
	}
	return true
}

// backoff doubles from low to high, less up to half as jitter. Retry-After, which
// worthRetrying has bounded, overrides it.
func backoff(low, high time.Duration, attempt int, resp *http.Response) time.Duration {
	if after := retryAfter(resp); after > 0 {
		return after
	}
	wait := high
	if attempt < 30 && low<<attempt>>attempt == low {
		wait = min(low<<attempt, high)
	}
	return wait - rand.N(wait/2+1) //nolint:gosec // jitter is no secret
}

// retryAfter returns what the server asked for, or 0 (RFC 9110, 10.2.3).
func retryAfter(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	const most = 365 * 24 * time.Hour
	value := resp.Header.Get("Retry-After")
	if n, err := strconv.ParseUint(value, 10, 63); err == nil {
		if n > uint64(most/time.Second) {
			return most
		}
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(time.Until(at), 0), most)
	}
	return 0
}
