package egress

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/hashicorp/go-retryablehttp"
)

// Client fetches from URLs that somebody else wrote. It is safe for concurrent
// use.
type Client struct {
	opts      Options
	guard     *guard
	retrying  *retryablehttp.Client
	closeIdle func()
}

// New returns a Client. o may be nil, and is copied.
func New(o *Options) *Client {
	s := o.withDefaults()
	c := &Client{opts: s, guard: newGuard(s.AllowPrivate), closeIdle: func() {}}
	var rt http.RoundTripper
	if s.HTTPClient != nil && s.HTTPClient.Transport != nil {
		rt = s.HTTPClient.Transport
	} else {
		own := NewTransport(&s)
		rt, c.closeIdle = own, own.CloseIdleConnections
	}
	c.retrying = newRetrying(&watched{next: rt, header: s.HeaderTimeout, stall: s.StallTimeout}, &s)
	return c
}

// CloseIdleConnections closes the connections that nobody uses. Without it they
// close by themselves after some seconds. A Transport of the caller is left alone.
func (c *Client) CloseIdleConnections() { c.closeIdle() }

// Request is one GET.
type Request struct {
	URL string
	// MaxBytes bounds the body. It must be positive.
	MaxBytes int64
	// JSON asks for JSON and refuses a body that declares itself to be something
	// else: a *ContentTypeError. Text, octet streams and nothing are no such
	// declaration, because plain file servers send those.
	JSON bool
	// ETag and LastModified make the request conditional.
	ETag, LastModified string
	// Header is sent to the origin of URL only: never again after a redirect has
	// left it.
	Header http.Header

	from int64  // first byte wanted
	is   string // strong ETag that the rest must have
}

// Response is a successful answer.
type Response struct {
	// NotModified answers a conditional request; Body is then empty.
	NotModified bool
	// Body must be closed. It fails with *TooLargeError, *TruncatedError,
	// *TimeoutError or the context's error.
	Body io.ReadCloser
	// Size is what the server announced, or -1.
	Size               int64
	ETag, LastModified string // empty when absent or unusable
}

// Get sends r. ctx covers the body as well. Every error is an *Error.
func (c *Client) Get(ctx context.Context, r *Request) (*Response, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, &TimeoutError{PhaseAll, c.opts.Timeout})
	resp, err := c.get(ctx, r)
	if err != nil {
		cancel()
		return nil, &Error{URL: Redact(r.URL), Err: err}
	}
	resp.Body = &named{body: resp.Body, cancel: cancel, url: Redact(r.URL)}
	return resp, nil
}

func (c *Client) get(ctx context.Context, r *Request) (*Response, error) {
	if r.MaxBytes <= 0 {
		return nil, errors.New("MaxBytes is not positive")
	}
	u, err := checkURL(r.URL, c.guard, c.opts.AllowHTTP)
	if err != nil {
		return nil, err
	}
	resp, err := c.follow(ctx, r, u)
	if err != nil {
		return nil, err
	}
	out, err := accept(resp, r)
	if err != nil {
		_ = resp.Body.Close() // it is refused; how it ends does not matter
		return nil, err
	}
	return out, nil
}

// once sends the request to u, repeating it while that is worthwhile.
func (c *Client) once(ctx context.Context, r *Request, u *url.URL, home bool) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, &URLError{Reason: "it cannot be requested", Scheme: u.Scheme}
	}
	if home && r.Header != nil {
		req.Header = r.Header.Clone()
	}
	r.setHeader(req.Header)
	again, err := retryablehttp.FromRequest(req)
	if err != nil {
		return nil, err
	}
	resp, err := c.retrying.Do(again)
	if err != nil {
		return nil, plain(ended(ctx, err), u)
	}
	return resp, nil
}

func (r *Request) setHeader(h http.Header) {
	h.Set("User-Agent", "patchbay")
	h.Set("Accept-Encoding", "identity")
	if r.JSON {
		h.Set("Accept", "application/json")
	}
	if r.ETag != "" {
		h.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		h.Set("If-Modified-Since", r.LastModified)
	}
	r.setRange(h)
}

// named is a Body that knows where it comes from.
type named struct {
	body   io.ReadCloser
	cancel context.CancelFunc
	url    string
}

func (n *named) Read(p []byte) (int, error) {
	k, err := n.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &Error{URL: n.url, Err: err}
	}
	return k, err
}

func (n *named) Close() error {
	err := n.body.Close()
	n.cancel()
	return err
}

// transportError is an error of net/http or below. Its text is shortened and
// freed of secrets, because servers can choose parts of it.
type transportError struct {
	text string
	err  error
}

func (e *transportError) Error() string { return e.text }
func (e *transportError) Unwrap() error { return e.err }

// plain takes the URL out of an error of the HTTP client.
func plain(err error, u *url.URL) error {
	var outer *url.Error
	for errors.As(err, &outer) {
		err = outer.Err
	}
	if own(err) {
		return err
	}
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, err.Error())
	if u.RawQuery != "" {
		text = strings.ReplaceAll(text, u.RawQuery, "[redacted]")
	}
	return &transportError{text: clip(text, 300), err: err}
}

// own reports whether err is itself one whose text this package, or context,
// wrote.
func own(err error) bool {
	switch err.(type) { //nolint:errorlint // what wraps one has a text of its own
	case *redirect, *AddressError, *TimeoutError:
		return true
	}
	return err == context.Canceled || err == context.DeadlineExceeded //nolint:errorlint // as above
}
