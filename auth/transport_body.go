package auth

import (
	"errors"
	"io"
	"net/http"
)

// payload is the body of the caller's request, which several requests may send.
type payload struct {
	first io.ReadCloser
	again func() (io.ReadCloser, error)
	taken bool
}

func newPayload(req *http.Request) *payload { return &payload{first: req.Body, again: req.GetBody} }

func (p *payload) empty() bool { return p.first == nil || p.first == http.NoBody }

// rewindable reports whether the body can be sent another time.
func (p *payload) rewindable() bool { return p.empty() || p.again != nil }

// next returns the body for the next request.
func (p *payload) next() (io.ReadCloser, error) {
	if p.empty() || !p.taken {
		p.taken = true
		return p.first, nil
	}
	if p.again == nil {
		return nil, &RequestError{"its body cannot be sent twice"}
	}
	body, err := p.again()
	if err != nil {
		return nil, &RequestError{"its body cannot be read again"}
	}
	return body, nil
}

// close closes what was never sent.
func (p *payload) close() {
	if p.first != nil && !p.taken {
		_ = p.first.Close() // nobody reads it
	}
}

// boundedBody ends with ErrResponseTooLarge when more than left bytes come.
type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), ErrResponseTooLarge
		b.left = 0
		return n, err
	}
	b.left -= int64(n)
	return n, err
}

// maxDrain is how much of an answer that nobody wants is read, so that its
// connection can be used again.
const maxDrain = 64 << 10

func drain(resp *http.Response) {
	if resp == nil {
		return
	}
	_, err := io.CopyN(io.Discard, resp.Body, maxDrain)
	_ = errors.Join(err, resp.Body.Close()) // it is not wanted
}
