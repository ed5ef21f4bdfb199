package catalogtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

var (
	_ catalog.Feed           = (*FakeFeed)(nil)
	_ catalog.ArtifactOpener = (*FakeFeed)(nil)
)

// fakeArtifact is what the fake has under a URL.
type fakeArtifact struct {
	data  []byte
	err   error // what opening it (after < 0) or reading it fails with
	after int
}

// OpenArtifact opens what the script put under a.URL, whatever a says of its
// digest. It fails with an error wrapping fs.ErrNotExist where there is nothing,
// and errors.ErrUnsupported for reference artifacts.
func (f *FakeFeed) OpenArtifact(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
	f.mu.Lock()
	f.counts.Opens++
	gate := f.openGate
	f.mu.Unlock()
	if err := pass(ctx, gate); err != nil {
		return nil, 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	got := f.artifacts[a.URL]
	switch {
	case a.MediaType == connector.MediaReference:
		return nil, 0, fmt.Errorf("fake feed %q: reference %q: %w", f.name, a.URL, errors.ErrUnsupported)
	case got == nil:
		return nil, 0, fmt.Errorf("fake feed %q: artifact %q: %w", f.name, a.URL, fs.ErrNotExist)
	case got.err != nil && got.after < 0:
		return nil, 0, got.err
	}
	f.counts.Open++
	body := &fakeBody{ctx: ctx, feed: f, data: bytes.NewReader(got.data)}
	if got.err != nil {
		body.data = bytes.NewReader(got.data[:min(got.after, len(got.data))])
		body.err = got.err
	}
	return body, int64(len(got.data)), nil
}

// SetArtifact puts other bytes under a URL than were offered; nil removes them.
func (f *FakeFeed) SetArtifact(url string, data []byte) {
	f.script(func() {
		delete(f.artifacts, url)
		if data != nil {
			f.artifacts[url] = &fakeArtifact{data: slices.Clone(data)}
		}
	})
}

// FailArtifact makes reading the artifact under url fail with err after so many
// bytes, or opening it when after is negative. A nil err heals it. It shows only where artifacts are
// fetched: the Installer of a Catalog fetches none unless told to.
func (f *FakeFeed) FailArtifact(url string, after int, err error) {
	f.script(func() {
		a := f.artifacts[url]
		if a == nil {
			a = &fakeArtifact{}
		}
		f.artifacts[url] = &fakeArtifact{data: a.data, err: err, after: after}
	})
}

// BlockArtifacts makes every OpenArtifact wait until release is called or its
// context ends.
func (f *FakeFeed) BlockArtifacts() (release func()) { return f.block(&f.openGate) }

// fakeBody is an open artifact.
type fakeBody struct {
	ctx    context.Context //nolint:containedctx // a body lives under the context it was opened with
	feed   *FakeFeed
	data   *bytes.Reader
	err    error
	closed bool
}

func (b *fakeBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, fs.ErrClosed
	}
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.data.Read(p)
	if errors.Is(err, io.EOF) && b.err != nil {
		err = b.err
	}
	return n, err
}

// Close may be called twice.
func (b *fakeBody) Close() error {
	if !b.closed {
		b.closed = true
		b.feed.script(func() { b.feed.counts.Open-- })
	}
	return nil
}
