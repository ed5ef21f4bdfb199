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

// download receives the bytes of one artifact.
type download struct {
	want  int64 // bytes stated; 0: not stated
	limit int64 // bytes at most
	got   int64
	w     io.Writer
	r     *reporter
}

// fetch receives pkg's bytes into w and returns how many there are. It fails
// as soon as there is one more than stated or allowed.
func (p *Pipeline) fetch(ctx context.Context, pkg *Package, w io.Writer, r *reporter) (int64, error) {
	d := &download{want: pkg.Artifact.Size, limit: p.Limits.download(), w: w, r: r}
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
	if err := d.receive(ctx, body); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return d.got, fmt.Errorf("after %d bytes: %w", d.got, err)
	}
	r.total = d.got
	r.phase(Fetching, d.got)
	return d.got, nil
}

func (d *download) receive(ctx context.Context, body io.Reader) error {
	buf := make([]byte, fetchBuffer)
	for empty := 0; empty < maxEmptyReads; empty++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := body.Read(buf[:min(int64(len(buf)), d.most()-d.got+1)])
		d.got += int64(n)
		if d.got > d.most() {
			return d.tooMany()
		}
		if n > 0 {
			empty = -1
			if _, werr := d.w.Write(buf[:n]); werr != nil {
				return fmt.Errorf("keep: %w", werr)
			}
			d.r.received(d.got)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("receive: %w", err)
		}
	}
	return io.ErrNoProgress
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
