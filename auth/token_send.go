package auth

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/internal/egress"
)

// outgoing is one request to an authorization server.
type outgoing struct {
	op      string
	url     string
	body    []byte // nil: GET
	header  http.Header
	secrets []string // what is in it, to be kept out of errors
}

// incoming is its answer, read whole.
type incoming struct {
	status int
	header http.Header
	body   []byte
	sent   time.Time
}

// fail returns the error of a request.
func (r *outgoing) fail(err error, o Outcome) *TokenError {
	return &TokenError{Op: r.op, Endpoint: egress.Redact(r.url), Outcome: o, Err: err}
}

// send sends a request once. It asks the transport itself, so that nothing is
// there which could follow a redirect. An answer with any status is no error.
func (c *TokenClient) send(ctx context.Context, r *outgoing) (*incoming, *TokenError) {
	if _, err := egress.CheckURL(r.url, c.guard); err != nil {
		return nil, r.fail(err, OutcomeNotSent)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, &egress.TimeoutError{Phase: egress.PhaseAll, After: c.timeout})
	defer cancel()
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	req, err := r.request(httptrace.WithClientTrace(ctx, trace))
	if err != nil {
		return nil, r.fail(errors.New("the request cannot be made"), OutcomeNotSent)
	}
	sent := c.now()
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		o := OutcomeUnknown
		if !connected.Load() && (c.standard() || undialed(err)) {
			o = OutcomeNotSent
		}
		return nil, r.fail(why(ctx, err), o)
	}
	body, err := readBody(resp)
	if err != nil && resp.StatusCode/100 == 2 { // otherwise the status says enough
		failed := r.fail(why(ctx, err), OutcomeUnknown)
		failed.Status = resp.StatusCode
		return nil, failed
	}
	return &incoming{resp.StatusCode, resp.Header, body, sent}, nil
}

func (r *outgoing) request(ctx context.Context) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if r.body != nil {
		method, body = http.MethodPost, bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.Header = r.header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", "patchbay")
	return req, nil
}

// errTooLarge refuses a body over MaxReplyBytes.
var errTooLarge = because(ErrBadReply, &egress.TooLargeError{Max: MaxReplyBytes, Size: -1})

// readBody reads and closes the body. A server that compresses though it was
// asked not to is obeyed, within bounds: to lose its answer may cost a
// connection.
func readBody(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close() //nolint:errcheck // it was read, or is given up
	switch coding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); coding {
	case "", "identity":
	case "gzip", "x-gzip":
		return inflate(resp.Body)
	default:
		return nil, because(ErrBadReply, &egress.EncodingError{Encoding: coding})
	}
	return readBounded(resp.Body)
}

func inflate(body io.Reader) ([]byte, error) {
	plain, err := gzip.NewReader(io.LimitReader(body, MaxReplyBytes))
	if err != nil {
		return nil, because(ErrBadReply, &quietError{"its compression is broken", err})
	}
	data, err := readBounded(plain)
	if err != nil && !errors.Is(err, ErrBadReply) {
		err = because(ErrBadReply, &quietError{"its compression is broken", err})
	}
	return data, err
}

func readBounded(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, MaxReplyBytes+1))
	if err == nil && len(data) > MaxReplyBytes {
		err = errTooLarge
	}
	return data, err
}
