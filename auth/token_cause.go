package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"

	"github.com/patchbay/patchbay/internal/egress"
)

// standard reports whether the transport is the one of net/http, which says
// truly when a request has got a connection.
func (c *TokenClient) standard() bool {
	_, ok := c.transport.(*http.Transport)
	return ok
}

// undialed reports whether an error of any transport proves that there was no
// connection.
func undialed(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op == "dial"
	}
	if _, ok := errors.AsType[*egress.AddressError](err); ok {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// why returns what to say of an error of the transport or of a body. The texts of
// others are not passed on unless they are known to quote neither the request
// nor the answer.
func why(ctx context.Context, err error) error {
	if slow, ok := errors.AsType[*egress.TimeoutError](context.Cause(ctx)); ok {
		return because(ErrTransient, slow)
	}
	if ctx.Err() != nil { // the caller's
		return ctx.Err()
	}
	if errors.Is(err, ErrBadReply) {
		return err
	}
	if refused, ok := errors.AsType[*egress.AddressError](err); ok {
		return refused
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &quietError{"the server's certificate is not accepted", bad}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return because(ErrTransient, dns)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		if op.Op == "dial" || op.Op == "read" || op.Op == "write" {
			return because(ErrTransient, op)
		}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return &quietError{"the server does not speak TLS", nil}
	}
	return because(ErrTransient, &quietError{"the connection broke before the answer was complete", nil})
}

// quietError says what happened in words of its own.
type quietError struct {
	text  string
	cause error
}

func (q *quietError) Error() string { return q.text }
func (q *quietError) Unwrap() error { return q.cause }
