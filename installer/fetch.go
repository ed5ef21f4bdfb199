package installer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

const (
	fetchBuffer = 64 << 10
	// maxEmptyReads is how often a reader may return nothing before it counts as
	// stuck, as in package bufio.
	maxEmptyReads = 100
)

// download reads the bytes of one artifact, no more than may come, and hashes
// and counts them on the way.
type download struct {
	ctx   context.Context //nolint:containedctx // lives as long as one fetch
	body  io.Reader
	want  int64 // bytes stated; 0: not stated
	limit int64 // bytes at most
	got   int64
	sum   io.Writer
	r     *reporter
	err   error // why it ended, other than at the end of the bytes
}

// fetch receives pkg's bytes into spool and sum and returns how many there are.
// It fails as soon as there is one more than stated or allowed.
func (p *Pipeline) fetch(ctx context.Context, pkg *Package, spool, sum io.Writer, r *reporter) (int64, error) {
	d := &download{ctx: ctx, want: pkg.Artifact.Size, limit: p.Limits.download(), sum: sum, r: r}
	if d.want > d.limit {
		return 0, &LimitError{Limit: "bytes of artifact", Max: d.limit}
	}
	r.phase(Fetching, 0)
	body, err := pkg.Open(ctx)
	if err != nil {
		return 0, fmt.Errorf("open: %w", err)
	}
	if body == nil {
		return 0, errors.New("open: neither bytes nor an error")
	}
	// A read that hangs ends when the body is closed. What Close says is of no
	// interest: the digest judges what was received.
	closeBody := sync.OnceFunc(func() { _ = body.Close() })
	defer closeBody()
	defer context.AfterFunc(ctx, closeBody)()
	d.body = body
	if err := d.to(spool); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return d.got, fmt.Errorf("after %d bytes: %w", d.got, err)
	}
	r.total = d.got
	r.phase(Fetching, d.got)
	return d.got, nil
}

// to keeps all that comes. A spool that can reads it by itself, straight to where it
// keeps it.
func (d *download) to(spool io.Writer) (err error) {
	if from, ok := spool.(io.ReaderFrom); ok {
		_, err = from.ReadFrom(d)
	} else {
		_, err = io.CopyBuffer(spool, d, make([]byte, fetchBuffer))
	}
	if err != nil && d.err == nil {
		return fmt.Errorf("keep: %w", err)
	}
	return d.err
}

// Read implements io.Reader. What it hands out is hashed while it is in the
// processor's cache.
func (d *download) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	p = p[:min(len(p), fetchBuffer)]
	if left := d.most() - d.got; left < int64(len(p)) {
		p = p[:left+1] // one more shows that there are too many
	}
	for range maxEmptyReads {
		if d.err = d.ctx.Err(); d.err != nil {
			return 0, d.err
		}
		n, err := d.body.Read(p)
		d.got += int64(n)
		if d.got > d.most() {
			d.err = d.tooMany()
			return 0, d.err
		}
		_, _ = d.sum.Write(p[:n]) // a hash never fails
		if n > 0 {
			d.r.received(d.got)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			d.err = fmt.Errorf("receive: %w", err)
			return n, d.err
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	d.err = io.ErrNoProgress
	return 0, d.err
}

// most is how many bytes may come.
func (d *download) most() int64 {
	if d.want > 0 {
		return d.want
	}
	return d.limit
}

func (d *download) tooMany() error {
	if d.want > 0 {
		return &SizeError{Want: d.want, Got: d.got}
	}
	return &LimitError{Limit: "bytes of artifact", Max: d.limit}
}
