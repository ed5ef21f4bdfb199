package npmfeed

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// Feed offers npm packages as connectors. It implements catalog.Feed and
// catalog.ArtifactOpener, and is safe for concurrent use.
type Feed struct {
	name string
	src  source
}

// source is where packuments and tarballs come from.
type source interface {
	// packages lists the packages, each once, in a stable order.
	packages(ctx context.Context) ([]string, error)
	// packument reads one document.
	packument(ctx context.Context, name string) ([]byte, error)
	// locate returns an artifact's URL for what a packument says.
	locate(tarball string) (string, error)
	// open opens an artifact by its URL.
	open(ctx context.Context, url string) (io.ReadCloser, int64, error)
	// parallel is how many documents are read at once.
	parallel() int
}

// Name returns the feed's name.
func (f *Feed) Name() string { return f.name }

// Load reads all packuments. A package that cannot be read or offered is a
// Problem with LostConnector, a version a Problem with LostRelease; each package
// and each version of an offered one is accounted for. The error means that
// nothing could be read, not even one package.
func (f *Feed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	names, err := f.src.packages(ctx)
	if err != nil {
		return nil, err
	}
	documents := f.readAll(ctx, names)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var errs []error
	sum := sha256.New()
	for i := range documents {
		d := &documents[i]
		if d.err != nil {
			errs = append(errs, d.err)
		}
		// A failure counts as content, so that its end is a change.
		sum.Write(fmt.Appendf(nil, "%q %x %s\n", names[i], d.sum, d.failure()))
	}
	if len(errs) == len(documents) {
		return nil, fmt.Errorf("no package could be read: %w", errs[0])
	}
	u := &catalog.FeedUpdate{State: catalog.FeedState{Digest: connector.DigestSum(sum)}}
	if u.State.Digest == prev.Digest {
		u.Unchanged = true
		return u, nil
	}
	for i := range documents {
		u.Problems = append(u.Problems, documents[i].problems...)
		if conn := documents[i].conn; conn != nil {
			u.Connectors = append(u.Connectors, *conn)
		}
	}
	return u, nil
}

// document is one packument, read and mapped.
type document struct {
	outcome

	sum [sha256.Size]byte // of the bytes
	err error             // why there are none
}

// failure names the kind of err. Its text is not the same each time.
func (d *document) failure() string {
	switch {
	case d.err == nil:
		return "read"
	case errors.Is(d.err, fs.ErrNotExist):
		return "missing"
	default:
		return "failed"
	}
}

// readAll reads and maps the packuments, some at once. Each is forgotten as soon
// as it is mapped.
func (f *Feed) readAll(ctx context.Context, names []string) []document {
	documents := make([]document, len(names))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(f.src.parallel(), len(names)) {
		wg.Go(func() {
			for i := range next {
				documents[i] = f.read(ctx, names[i])
			}
		})
	}
	for i := range names {
		next <- i
	}
	close(next)
	wg.Wait()
	return documents
}

func (f *Feed) read(ctx context.Context, name string) document {
	if _, err := keyOf(name); err != nil { // nothing is asked for under such a name
		return document{outcome: lost(name, err), err: err}
	}
	data, err := f.src.packument(ctx, name)
	if err != nil {
		return document{outcome: lost(name, err), err: err}
	}
	return document{outcome: parse(data, name, f.src.locate), sum: sha256.Sum256(data)}
}

// OpenArtifact opens the tarball of a release that this feed offers. The error
// wraps fs.ErrNotExist when it is missing, fs.ErrPermission for a URL that this
// feed never offers, and errors.ErrUnsupported for what is no npm package. The
// bytes are not verified: whoever installs them compares the digest.
func (f *Feed) OpenArtifact(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
	if a.MediaType != connector.MediaNPM {
		return nil, 0, fmt.Errorf("open artifact of type %q: %w", clip(a.MediaType), errors.ErrUnsupported)
	}
	return f.src.open(ctx, a.URL)
}
