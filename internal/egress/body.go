package egress

import (
	"context"
	"errors"
	"io"
	"time"
)

// progress is a body that must keep coming: at least MinProgress bytes in each
// stall of waiting. Time in which nobody reads does not count.
type progress struct {
	body   io.ReadCloser
	ctx    context.Context //nolint:containedctx // it is the body's own, cancelled by Close
	cancel context.CancelCauseFunc
	stall  time.Duration

	timer  *time.Timer
	waited time.Duration // since the last MinProgress bytes
	got    int64         // in that time
}

// Read reads the body.
func (p *progress) Read(b []byte) (int, error) {
	left := p.stall - p.waited
	if p.timer == nil {
		p.timer = time.AfterFunc(left, func() { p.cancel(&TimeoutError{PhaseBody, p.stall}) })
	} else {
		p.timer.Reset(left)
	}
	start := time.Now()
	n, err := p.body.Read(b)
	p.timer.Stop()
	p.waited += time.Since(start)
	p.got += int64(n)
	if p.got >= MinProgress {
		p.got, p.waited = 0, 0
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = ended(p.ctx, err)
	}
	return n, err
}

// Close abandons the exchange if it is not complete.
func (p *progress) Close() error {
	if p.timer != nil {
		p.timer.Stop()
	}
	err := p.body.Close()
	p.cancel(nil)
	return err
}

// bounded is a body of at most limit bytes that must be as long as promised.
type bounded struct {
	body  io.ReadCloser
	limit int64
	want  int64 // promised length, or -1
	got   int64
	err   error // what every further Read returns
}

// Read never hands out more than limit bytes in all. At the limit it asks for one
// byte more, to tell a body that ends there from one that goes on.
func (b *bounded) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	room := b.limit - b.got
	if room == 0 {
		if n, err := b.body.Read(make([]byte, 1)); n == 0 {
			b.err = b.verdict(err)
		} else {
			b.err = &TooLargeError{Max: b.limit, Size: -1}
		}
		return 0, b.err
	}
	n, err := b.body.Read(p[:min(int64(len(p)), room)])
	b.got += int64(n)
	b.err = b.verdict(err)
	return n, b.err
}

// verdict turns the body's own error into the one to return.
func (b *bounded) verdict(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, io.EOF) && b.want >= 0 && b.got != b.want:
		return &TruncatedError{Got: b.got, Want: b.want}
	default:
		return err
	}
}

// Close closes the body.
func (b *bounded) Close() error { return b.body.Close() }

// ReadAll reads a body of which size bytes were announced (-1: unknown). It
// allocates for what has come, not for what is promised: at most twice what was
// received, and about 1.5 times the document at the peak when the size is right.
func ReadAll(r io.Reader, size int64) ([]byte, error) {
	const first = 64 << 10
	want := int64(first)
	if size >= 0 {
		want = min(want, size+1)
	}
	buf := make([]byte, 0, want)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
		if len(buf) < cap(buf) {
			continue
		}
		next := 2 * int64(cap(buf))
		if size >= int64(len(buf)) {
			next = min(next, size+1) // one more, so that the end is seen without growing
		}
		grown := make([]byte, len(buf), next)
		copy(grown, buf)
		buf = grown
	}
}
