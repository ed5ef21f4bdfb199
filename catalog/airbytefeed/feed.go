package airbytefeed

import (
	"context"
	"io/fs"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/egress"
	"github.com/patchbay/patchbay/internal/readfile"
)

// Feed offers the connectors of one registry document. It implements
// catalog.Feed. Its artifacts are references to images, which it does not open.
// It is safe for concurrent use.
type Feed struct {
	name string
	read reader
}

// reader reads the document. data is nil when it is as it was at prev.
type reader func(ctx context.Context, prev catalog.FeedState) (data []byte, state catalog.FeedState, err error)

// File returns a Feed of the document at path in fsys. o may be nil.
func File(fsys fs.FS, path string, o *Options) *Feed {
	s := o.settled()
	return &Feed{name: s.Name, read: func(ctx context.Context, _ catalog.FeedState) ([]byte, catalog.FeedState, error) {
		data, err := readfile.Read(ctx, fsys, path, s.MaxBytes)
		return data, catalog.FeedState{}, err
	}}
}

// URL returns a Feed of the document at an https URL. It is asked for only when
// it has changed, where the server knows ETag or Last-Modified. Load fails if the
// URL is refused: see Options. o may be nil.
func URL(url string, o *Options) *Feed {
	s := o.settled()
	client := egress.New(s.egress())
	return &Feed{name: s.Name, read: func(ctx context.Context, prev catalog.FeedState) ([]byte, catalog.FeedState, error) {
		req := egress.Request{URL: url, MaxBytes: s.MaxBytes, JSON: true, Header: s.Header}
		if prev.Digest != "" {
			req.ETag, req.LastModified = prev.ETag, prev.LastModified
		}
		return fetch(ctx, client, &req, prev)
	}}
}

// Name returns the feed's name.
func (f *Feed) Name() string { return f.name }

// Load reads the document. A definition that cannot be offered is a Problem;
// the error means that the document could not be read, or wraps connector.Faults
// with everything that is wrong with it as a whole.
func (f *Feed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	data, state, err := f.read(ctx, prev)
	switch {
	case err != nil:
		return nil, err
	case data == nil:
		return &catalog.FeedUpdate{Unchanged: true, State: prev}, nil
	}
	state.Digest = connector.DigestOf(data)
	if state.Digest == prev.Digest {
		return &catalog.FeedUpdate{Unchanged: true, State: state}, nil
	}
	u := &catalog.FeedUpdate{State: state}
	u.Connectors, u.Problems, err = parse(data)
	if err != nil {
		return nil, err
	}
	return u, nil
}

func fetch(ctx context.Context, client *egress.Client, req *egress.Request, prev catalog.FeedState) ([]byte, catalog.FeedState, error) {
	resp, err := client.Get(ctx, req)
	if err != nil {
		return nil, prev, err
	}
	defer resp.Body.Close() //nolint:errcheck // what was read is complete or an error
	if resp.NotModified {
		return nil, prev, nil
	}
	data, err := egress.ReadAll(resp.Body, resp.Size)
	if err != nil {
		return nil, prev, err
	}
	return data, catalog.FeedState{ETag: resp.ETag, LastModified: resp.LastModified}, nil
}
