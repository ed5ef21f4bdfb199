// Package readfile reads whole files that somebody else wrote: bounded, and
// only as long as the caller wants.
package readfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/patchbay/patchbay/internal/egress"
)

// Read returns the content of the regular file name in fsys if it has at most
// maxBytes. The errors wrap the file system's, the context's, or
// *egress.TooLargeError.
func Read(ctx context.Context, fsys fs.FS, name string, maxBytes int64) ([]byte, error) {
	file, size, err := Open(ctx, fsys, name, maxBytes)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return egress.ReadAll(file, size)
}

// Open returns the regular file name in fsys and its size. Reading fails as Read
// does: at once if the size says so, or when more than maxBytes come. It looks
// before it opens, because opening a named pipe can wait for ever.
func Open(ctx context.Context, fsys fs.FS, name string, maxBytes int64) (io.ReadCloser, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	info, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
		return nil, 0, err
	case !info.Mode().IsRegular():
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, 0, err
	}
	if info, err = file.Stat(); err == nil && info.Size() > maxBytes {
		err = fmt.Errorf("read %s: %w", name, &egress.TooLargeError{Max: maxBytes, Size: info.Size()})
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return &bounded{ctx: ctx, name: name, file: file, left: maxBytes, most: maxBytes}, info.Size(), nil
}

// bounded fails after left bytes if there are more, and when ctx ends.
type bounded struct {
	ctx  context.Context //nolint:containedctx // a body outlives the call that opened it
	name string
	file fs.File
	left int64
	most int64
}

// Read reads on.
func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, fmt.Errorf("read %s: %w", b.name, err)
	}
	if b.left == 0 && len(p) > 0 {
		// One byte more tells a file that ends here from one that goes on.
		if n, err := b.file.Read(p[:1]); n == 0 {
			return 0, err
		}
		return 0, fmt.Errorf("read %s: %w", b.name, &egress.TooLargeError{Max: b.most, Size: -1})
	}
	n, err := b.file.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// Close closes the file.
func (b *bounded) Close() error { return b.file.Close() }
