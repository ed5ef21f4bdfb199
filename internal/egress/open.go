package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Open returns the bytes behind url from the start, and how many the server
// announced (-1: it did not say). At most maxBytes come; then the body fails
// with a *TooLargeError. The body fails with what Get's does, and must be closed.
//
// A transfer that breaks off is resumed while attempts are left and the server
// gave the bytes a strong ETag (RFC 9110, 14.2); without one it fails, because
// nothing would tell old bytes from new.
func (c *Client) Open(ctx context.Context, url string, maxBytes int64) (io.ReadCloser, int64, error) {
	return c.OpenRequest(ctx, &Request{URL: url, MaxBytes: maxBytes})
}

// OpenRequest is Open with a header. The request is not conditional.
func (c *Client) OpenRequest(ctx context.Context, r *Request) (io.ReadCloser, int64, error) {
	req := &Request{URL: r.URL, MaxBytes: r.MaxBytes, Header: r.Header}
	resp, err := c.Get(ctx, req)
	if err != nil {
		return nil, 0, err
	}
	return &resumed{
		ctx: ctx, client: c, req: req, body: resp.Body,
		etag: resp.ETag, size: resp.Size, left: c.opts.Attempts - 1,
	}, resp.Size, nil
}

// resumed is a body that continues after a break.
type resumed struct {
	ctx    context.Context //nolint:containedctx // a body outlives the call that opened it
	client *Client
	req    *Request
	body   io.ReadCloser
	etag   string
	size   int64
	got    int64
	left   int // attempts
}

// Read reads on, over breaks.
func (r *resumed) Read(p []byte) (int, error) {
	for {
		n, err := r.body.Read(p)
		r.got += int64(n)
		if err == nil || errors.Is(err, io.EOF) || !r.resumable(err) || !r.resume() {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

func (r *resumed) resumable(err error) bool {
	if r.left <= 0 || r.ctx.Err() != nil || r.got == r.size {
		return false
	}
	if _, tooLarge := errors.AsType[*TooLargeError](err); tooLarge {
		return false
	}
	if slow, ok := errors.AsType[*TimeoutError](err); ok && slow.Phase == PhaseAll {
		return false
	}
	return r.got == 0 || strong(r.etag)
}

// resume replaces the body by its rest and reports whether it could.
func (r *resumed) resume() bool {
	r.left--
	next := *r.req
	next.MaxBytes = r.req.MaxBytes - r.got
	if r.got > 0 {
		next.from, next.is = r.got, r.etag
	}
	resp, err := r.client.Get(r.ctx, &next)
	if err != nil {
		return false // the break itself is the better explanation
	}
	if r.size >= 0 && resp.Size >= 0 && resp.Size != r.size-r.got {
		_ = resp.Body.Close() // other bytes than before
		return false
	}
	_ = r.body.Close() // it has failed already
	r.body = resp.Body
	return true
}

// Close closes the body.
func (r *resumed) Close() error { return r.body.Close() }

// strong reports whether an ETag names exact bytes (RFC 9110, 8.8.3).
func strong(etag string) bool {
	return len(etag) > 2 && strings.HasPrefix(etag, `"`) && strings.HasSuffix(etag, `"`)
}

func (r *Request) setRange(h http.Header) {
	if r.from > 0 {
		h.Set("Range", fmt.Sprintf("bytes=%d-", r.from))
		h.Set("If-Range", r.is)
	}
}

// continues checks that an answer is the rest that was asked for.
func continues(resp *http.Response, r *Request) error {
	if resp.StatusCode != http.StatusPartialContent {
		return &StatusError{Code: resp.StatusCode, RetryAfter: retryAfter(resp)}
	}
	if got := resp.Header.Get("ETag"); got != "" && got != r.is {
		return errors.New("the bytes have changed meanwhile")
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", r.from)) {
		return errors.New("another range came than was asked for")
	}
	return nil
}
