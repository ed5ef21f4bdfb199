package fsfeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// OpenArtifact opens the file that a.URL names, relative to the folder of the
// index. The error wraps errors.ErrUnsupported for what lies elsewhere (an absolute
// URL, a reference), so that the catalog opens it by URL; fs.ErrInvalid for
// what names no regular file of this file system; fs.ErrNotExist for what is not
// there.
func (f *Feed) OpenArtifact(ctx context.Context, a connector.Artifact) (body io.ReadCloser, size int64, err error) {
	name, err := f.resolve(a)
	if err != nil {
		return nil, 0, fmt.Errorf("artifact: %w", err)
	}
	file, size, err := f.open(ctx, name)
	if err != nil {
		return nil, 0, fmt.Errorf("artifact: %w", err)
	}
	return file, size, nil
}

// resolve returns the path in the file system that an artifact names.
func (f *Feed) resolve(a connector.Artifact) (string, error) {
	if a.MediaType == connector.MediaReference {
		return "", fmt.Errorf("a reference names no file: %w", errors.ErrUnsupported)
	}
	u, err := url.Parse(a.URL)
	switch {
	case err != nil:
		return "", fmt.Errorf("its URL cannot be parsed: %w", fs.ErrInvalid)
	case u.IsAbs(), u.Host != "":
		return "", fmt.Errorf("its URL is absolute: %w", errors.ErrUnsupported)
	case u.Path == "", path.IsAbs(u.Path), u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Contains(u.Path, `\`):
		return "", fmt.Errorf("%q is no relative path: %w", u.Path, fs.ErrInvalid)
	}
	return path.Join(path.Dir(f.path), u.Path), nil // open refuses one that leads out
}

// open opens a regular file. It looks before it opens, because opening a named
// pipe can wait for ever.
func (f *Feed) open(ctx context.Context, name string) (*reader, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if f.fsys == nil {
		return nil, 0, fmt.Errorf("no file system was given: %w", fs.ErrInvalid)
	}
	if !fs.ValidPath(name) {
		return nil, 0, fmt.Errorf("%q is no path in the file system: %w", name, fs.ErrInvalid)
	}
	info, err := fs.Stat(f.fsys, name)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file: %w", name, fs.ErrInvalid)
	}
	file, err := f.fsys.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err = file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return &reader{ctx: ctx, file: file}, info.Size(), nil
}

// reader is a file that is read only while the context lives.
type reader struct {
	ctx  context.Context //nolint:containedctx // a body lives under the context it was opened with
	file fs.File
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.file.Read(p)
}

func (r *reader) Close() error { return r.file.Close() }
