package fsfeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/egress"
)

// DefaultPath is where the index lies.
const DefaultPath = "index.json"

// Options changes what a Feed reads. The zero value, and nil, are good.
type Options struct {
	// Path is the index's path in the file system, as fs.ValidPath has it. Default
	// DefaultPath.
	Path string
	// Parse bounds the index. Nil: its defaults, among them 512 MiB in all. A
	// Load needs about four times the index's size of memory at its peak.
	Parse *connector.ParseOptions
}

// Feed is a catalog.Feed and a catalog.ArtifactOpener. It is safe for
// concurrent use if its file system is.
type Feed struct {
	name  string
	fsys  fs.FS
	path  string
	parse connector.ParseOptions
}

var (
	_ catalog.Feed           = (*Feed)(nil)
	_ catalog.ArtifactOpener = (*Feed)(nil)
)

// New returns a feed of that name, which should not be empty. Nothing is read
// before the first Load. o may be nil.
func New(name string, fsys fs.FS, o *Options) *Feed {
	f := &Feed{name: name, fsys: fsys, path: DefaultPath}
	if o != nil {
		if o.Path != "" {
			f.path = o.Path
		}
		if o.Parse != nil {
			f.parse = *o.Parse
		}
	}
	if f.parse.MaxBytes <= 0 {
		f.parse.MaxBytes = connector.DefaultMaxIndexBytes
	}
	return f
}

// Name returns the name given to New.
func (f *Feed) Name() string { return f.name }

// Load reads the index. An error says what could not be read, or as
// connector.Faults what is wrong with the document as a whole.
func (f *Feed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	data, err := f.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	state := catalog.FeedState{Digest: connector.DigestOf(data)}
	if prev.Digest == state.Digest {
		return &catalog.FeedUpdate{Unchanged: true, State: state}, nil
	}
	index, problems, err := connector.ParseDocuments(data, &f.parse)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &catalog.FeedUpdate{
		State: state, Version: index.Version, Expires: index.Expires,
		Documents: index.List, Problems: problems,
	}, nil
}

// read returns the bytes of the index.
func (f *Feed) read(ctx context.Context) ([]byte, error) {
	file, size, err := f.open(ctx, f.path)
	if err != nil {
		return nil, err
	}
	// One byte more than allowed is enough for ParseIndex to refuse it.
	most := int64(f.parse.MaxBytes) + 1
	data, err := egress.ReadAll(io.LimitReader(file, most), min(size, most))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return data, nil
}
