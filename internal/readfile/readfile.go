// Package readfile reads whole files that somebody else wrote: bounded, and
// only as long as the caller wants.
package readfile

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"math"

	"github.com/patchbay/patchbay/internal/egress"
)

// Read returns the content of the regular file name in fsys if it has at most
// maxBytes. The errors wrap the file system's, the context's, or
// *egress.TooLargeError.
func Read(ctx context.Context, fsys fs.FS, name string, maxBytes int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	maxBytes = min(maxBytes, math.MaxInt64-1) // one byte more is asked for
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	case info.Size() > maxBytes:
		return nil, fmt.Errorf("read %s: %w", name, &egress.TooLargeError{Max: maxBytes, Size: info.Size()})
	}
	data, err := egress.ReadAll(&bounded{ctx: ctx, next: file, left: maxBytes + 1}, info.Size())
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case int64(len(data)) > maxBytes:
		return nil, fmt.Errorf("read %s: %w", name, &egress.TooLargeError{Max: maxBytes, Size: -1})
	}
	return data, nil
}

// bounded ends after left bytes, and when ctx does.
type bounded struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one call of Read
	next io.Reader
	left int64
}

// Read reads on.
func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.left <= 0 {
		return 0, io.EOF
	}
	n, err := b.next.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
