package fsfeed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

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
	// known is of the last index, to read the next one faster.
	known atomic.Pointer[connector.Known]
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
	digest, seen, err := f.digest(ctx, prev)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	if digest != "" && digest == prev.Digest {
		return &catalog.FeedUpdate{Unchanged: true, State: prev}, nil
	}
	data, now, err := f.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	sum := make(chan connector.Digest, 1)
	if same(seen, now) {
		sum <- digest
	} else {
		go func() { sum <- connector.DigestOf(data) }()
	}
	index, problems, err := connector.ParseDocuments(data, f.known.Load(), &f.parse)
	state := catalog.FeedState{Digest: <-sum}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if state.Digest == prev.Digest { // it was changed back meanwhile
		return &catalog.FeedUpdate{Unchanged: true, State: prev}, nil
	}
	f.known.Store(connector.NewKnown(index.List))
	return &catalog.FeedUpdate{
		State: state, Version: index.Version, Expires: index.Expires,
		Documents: index.List, Problems: problems,
	}, nil
}

// digest returns the digest of the index as it lies there, and what the file was when reading
// began, where that is worth a pass of its own: most of the time the index is as
// it was, which takes no memory to find out.
func (f *Feed) digest(ctx context.Context, prev catalog.FeedState) (connector.Digest, fs.FileInfo, error) {
	if prev.Digest == "" {
		return "", nil, nil
	}
	file, _, err := f.open(ctx, f.path)
	if err != nil {
		return "", nil, err
	}
	info, err := file.file.Stat()
	if err != nil {
		return "", nil, errors.Join(err, file.Close())
	}
	h := sha256.New()
	_, err = io.Copy(h, io.LimitReader(file, int64(f.parse.MaxBytes)+1))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", nil, err
	}
	return connector.Digest(connector.SHA256 + ":" + hex.EncodeToString(h.Sum(nil))), info, nil
}

// read returns the bytes of the index, and what the file was when reading ended.
func (f *Feed) read(ctx context.Context) ([]byte, fs.FileInfo, error) {
	file, size, err := f.open(ctx, f.path)
	if err != nil {
		return nil, nil, err
	}
	// One byte more than allowed is enough for ParseDocuments to refuse it. A file's size is no
	// mere claim, so there is room for all of it at once, and for what shows that it has not grown.
	most := int64(f.parse.MaxBytes) + 1
	data := bytes.NewBuffer(make([]byte, 0, max(0, min(size, most))+bytes.MinRead))
	_, err = data.ReadFrom(io.LimitReader(file, most))
	info, errStat := file.file.Stat()
	if err = errors.Join(err, errStat, file.Close()); err != nil {
		return nil, nil, err
	}
	return data.Bytes(), info, nil
}

// large is from how many bytes on reading a file takes longer than the clock of any
// file system needs to tell that it was written to meanwhile.
const large = 64 << 20

// same reports whether nobody has written to the file between two looks at it, so far that its
// digest need not be made again. In doubt it says no.
func same(before, after fs.FileInfo) bool {
	return before != nil && after != nil && before.Size() >= large && before.Size() == after.Size() &&
		!before.ModTime().IsZero() && before.ModTime().Equal(after.ModTime()) && os.SameFile(before, after)
}
