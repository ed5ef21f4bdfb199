package fsfeed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// DefaultPath is where the index lies.
const DefaultPath = "index.json"

// Options changes what a Feed reads. The zero value, and nil, are good.
type Options struct {
	// Path is the index's path in the file system, as fs.ValidPath has it. Default
	// DefaultPath.
	Path string
	// Parse bounds the index. Nil: its defaults, among them 512 MiB in all. A
	// Load of what nothing is known of needs about twice the index's size of memory at its peak.
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
	if prev.Known.Len() == 0 {
		return f.whole(ctx, prev)
	}
	return f.rest(ctx, prev)
}

// whole loads all of it.
func (f *Feed) whole(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	digest, err := f.digest(ctx, prev)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	if digest != "" && digest == prev.Digest {
		return &catalog.FeedUpdate{Unchanged: true, State: prev}, nil
	}
	data, err := f.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	sum := make(chan connector.Digest, 1)
	go func() { sum <- connector.DigestOf(data) }()
	index, problems, err := connector.ParseDocuments(data, &f.parse)
	if digest = <-sum; err == nil && digest == prev.Digest { // it was changed back meanwhile
		return &catalog.FeedUpdate{Unchanged: true, State: prev}, nil
	}
	return f.update(ctx, digest, index, problems, err)
}

// rest loads what is not known, in one pass.
func (f *Feed) rest(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	file, size, err := f.open(ctx, f.path)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	excerpt, err := connector.ReadExcerpt(file, size, prev.Known, &f.parse)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	if excerpt.Digest() == prev.Digest {
		return &catalog.FeedUpdate{Unchanged: true, State: prev}, nil
	}
	index, problems, err := excerpt.Documents()
	if errors.Is(err, connector.ErrAstray) {
		return f.whole(ctx, prev)
	}
	return f.update(ctx, excerpt.Digest(), index, problems, err)
}

func (f *Feed) update(
	ctx context.Context, digest connector.Digest, index *connector.Documents, problems []connector.Problem, err error,
) (*catalog.FeedUpdate, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &catalog.FeedUpdate{
		State: catalog.FeedState{Digest: digest}, Version: index.Version, Expires: index.Expires,
		Documents: index.List, Problems: problems,
	}, nil
}

// digest returns the digest of the index as it lies there, where that is worth a pass of its own: most of
// the time the index is as it was, which takes no memory to find out.
func (f *Feed) digest(ctx context.Context, prev catalog.FeedState) (connector.Digest, error) {
	if prev.Digest == "" {
		return "", nil
	}
	file, _, err := f.open(ctx, f.path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, io.LimitReader(file, int64(f.parse.MaxBytes)+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	return connector.DigestSum(h), nil
}

// read returns the bytes of the index.
func (f *Feed) read(ctx context.Context) ([]byte, error) {
	file, size, err := f.open(ctx, f.path)
	if err != nil {
		return nil, err
	}
	// One byte more than allowed is enough for ParseDocuments to refuse it. A file's size is no
	// mere claim, so there is room for all of it at once, and for what shows that it has not grown.
	most := int64(f.parse.MaxBytes) + 1
	data := bytes.NewBuffer(make([]byte, 0, max(0, min(size, most))+bytes.MinRead))
	_, err = data.ReadFrom(io.LimitReader(file, most))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}
