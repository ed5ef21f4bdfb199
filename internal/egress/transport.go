package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"
)

// How long an idle connection is kept: long enough for the artifacts of one
// installation, short enough that nothing lingers between two polls of a feed.
const idleTimeout = 15 * time.Second

// NewTransport returns a transport that dials only what o allows, directly:
// it knows no proxy. TLS is 1.2 or later. o may be nil; its HTTPClient and
// bounds other than RootCAs, AllowPrivate and HeaderTimeout play no part.
func NewTransport(o *Options) *http.Transport {
	s := o.withDefaults()
	dialer := &net.Dialer{
		Timeout:  s.HeaderTimeout,
		Resolver: s.resolver,
		Control:  newGuard(s.AllowPrivate).control,
	}
	dial := dialer.DialContext
	if s.dial != nil {
		dial = s.dial
	}
	return &http.Transport{
		DialContext:            dial,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs},
		TLSHandshakeTimeout:    s.HeaderTimeout,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: MaxHeaderBytes,
	}
}

// watched bounds the time of each exchange and turns a redirect into an error,
// so that no other layer follows it, reads its Location or prints it.
type watched struct {
	next   http.RoundTripper
	header time.Duration
	stall  time.Duration
}

// redirect is a response that points elsewhere.
type redirect struct{ location string }

func (*redirect) Error() string { return "redirect" }

// RoundTrip does one exchange. The body that it returns ends with a *TimeoutError
// when it stalls.
func (t *watched) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(t.header, func() { cancel(&TimeoutError{PhaseHeader, t.header}) })
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	timer.Stop() // if it has just fired, reading the body says so
	if err != nil {
		err = ended(ctx, err)
		cancel(nil)
		return nil, err
	}
	resp.Body = &progress{body: resp.Body, ctx: ctx, cancel: cancel, stall: t.stall}
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		_ = resp.Body.Close() // what a redirect says beside its Location is of no interest
		return nil, &redirect{resp.Header.Get("Location")}
	}
	return resp, nil
}

// ended returns why ctx ended, or err while it has not.
func ended(ctx context.Context, err error) error {
	if slow, ok := errors.AsType[*TimeoutError](context.Cause(ctx)); ok {
		return slow
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
