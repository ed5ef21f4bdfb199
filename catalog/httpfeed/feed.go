package httpfeed

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/egress"
)

// Feed is a catalog.Feed and a catalog.ArtifactOpener. It is safe for
// concurrent use.
type Feed struct {
	url    string
	opts   Options
	client *egress.Client
}

var (
	_ catalog.Feed           = (*Feed)(nil)
	_ catalog.ArtifactOpener = (*Feed)(nil)
)

// New returns a feed of the index at a URL. Nothing is requested before the first
// Load, which also reports what is wrong with the URL: a *URLError or
// *AddressError. o may be nil, and is copied.
func New(url string, o *Options) *Feed {
	f := &Feed{url: url}
	if o != nil {
		f.opts = *o
	}
	f.opts.Header = f.opts.Header.Clone()
	var parse connector.ParseOptions
	if f.opts.Parse != nil {
		parse = *f.opts.Parse
	}
	if parse.MaxBytes <= 0 {
		parse.MaxBytes = connector.DefaultMaxIndexBytes
	}
	f.opts.Parse = &parse
	if f.opts.MaxArtifactBytes <= 0 {
		f.opts.MaxArtifactBytes = DefaultMaxArtifactBytes
	}
	if f.opts.Name == "" {
		f.opts.Name = nameOf(url)
	}
	f.client = egress.New(f.opts.egress())
	return f
}

// nameOf returns host and path of a URL.
func nameOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "invalid feed URL"
	}
	return u.Host + u.EscapedPath()
}

// Name returns Options.Name, or by default host and path of the URL.
func (f *Feed) Name() string { return f.opts.Name }

// CloseIdleConnections closes connections that are kept for the next request.
// Otherwise they close by themselves after some seconds.
func (f *Feed) CloseIdleConnections() { f.client.CloseIdleConnections() }

// Load asks the server for an index other than prev's. An error says why there
// was no usable answer, or as connector.Faults what is wrong with the document
// as a whole. An index that states digests of what is known for connectors that are others is requested twice.
func (f *Feed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	if prev.Known.Len() == 0 {
		return f.whole(ctx, prev)
	}
	return f.rest(ctx, prev)
}

// whole loads all of it.
func (f *Feed) whole(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	resp, err := f.get(ctx, prev)
	if err != nil {
		return nil, err
	}
	if resp.NotModified {
		return unchanged(prev, resp.Body.Close())
	}
	data, err := egress.ReadAll(resp.Body, resp.Size)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if isHTML(data) {
		return nil, f.html()
	}
	sum := make(chan connector.Digest, 1)
	go func() { sum <- connector.DigestOf(data) }()
	index, problems, err := connector.ParseDocuments(data, f.opts.Parse)
	return f.update(ctx, prev, stateOf(resp, <-sum), index, problems, err)
}

// rest loads what is not known.
func (f *Feed) rest(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	resp, err := f.get(ctx, prev)
	if err != nil {
		return nil, err
	}
	if resp.NotModified {
		return unchanged(prev, resp.Body.Close())
	}
	body := bufio.NewReaderSize(resp.Body, startBytes)
	if start, _ := body.Peek(startBytes); isHTML(start) {
		return nil, errors.Join(f.html(), resp.Body.Close())
	}
	// What the server announces is no reason to make room for it.
	excerpt, err := connector.ReadExcerpt(body, -1, prev.Known, f.opts.Parse)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if excerpt.Digest() == prev.Digest {
		return unchanged(stateOf(resp, prev.Digest), nil)
	}
	index, problems, err := excerpt.Documents()
	if errors.Is(err, connector.ErrAstray) {
		return f.whole(ctx, prev)
	}
	return f.update(ctx, prev, stateOf(resp, excerpt.Digest()), index, problems, err)
}

// get asks for the document. The caller closes the body.
func (f *Feed) get(ctx context.Context, prev catalog.FeedState) (*egress.Response, error) {
	req := &egress.Request{URL: f.url, MaxBytes: int64(f.opts.Parse.MaxBytes), JSON: true, Header: f.opts.Header}
	if prev.Digest != "" { // without one there is nothing that could be unmodified
		req.ETag, req.LastModified = prev.ETag, prev.LastModified
	}
	return f.client.Get(ctx, req)
}

func (f *Feed) update(
	ctx context.Context, prev, state catalog.FeedState, index *connector.Documents, problems []connector.Problem, err error,
) (*catalog.FeedUpdate, error) {
	if state.Digest == prev.Digest {
		return unchanged(state, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", egress.Redact(f.url), err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &catalog.FeedUpdate{
		State: state, Version: index.Version, Expires: index.Expires,
		Documents: index.List, Problems: problems,
	}, nil
}

func unchanged(state catalog.FeedState, err error) (*catalog.FeedUpdate, error) {
	if err != nil {
		return nil, err
	}
	return &catalog.FeedUpdate{Unchanged: true, State: state}, nil
}

func stateOf(resp *egress.Response, digest connector.Digest) catalog.FeedState {
	return catalog.FeedState{Digest: digest, ETag: resp.ETag, LastModified: resp.LastModified}
}

// html is the error of a web page.
func (f *Feed) html() error {
	return fmt.Errorf("%s: %w", egress.Redact(f.url), &ContentTypeError{Got: "text/html"})
}

// startBytes is how much of a document tells what it is.
const startBytes = 512

// isHTML reports whether a web page came under a type that says nothing.
func isHTML(data []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(data[:min(len(data), startBytes)]))
	return slices.ContainsFunc([]string{"<!doctype html", "<html", "<head", "<body"}, func(tag string) bool {
		return bytes.HasPrefix(start, []byte(tag))
	})
}
