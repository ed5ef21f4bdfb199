package httpfeed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync/atomic"

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
	// known is of the last index, to read the next one faster.
	known atomic.Pointer[connector.Known]
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
// as a whole.
func (f *Feed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	data, state, err := f.get(ctx, prev)
	if err != nil {
		return nil, err
	}
	if state.Digest == prev.Digest {
		return &catalog.FeedUpdate{Unchanged: true, State: state}, nil
	}
	index, problems, err := connector.ParseDocuments(data, f.known.Load(), f.opts.Parse)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", egress.Redact(f.url), err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.known.Store(connector.NewKnown(index.List))
	return &catalog.FeedUpdate{
		State: state, Version: index.Version, Expires: index.Expires,
		Documents: index.List, Problems: problems,
	}, nil
}

// get returns the document and its state, or prev and no document when the
// server has no other.
func (f *Feed) get(ctx context.Context, prev catalog.FeedState) ([]byte, catalog.FeedState, error) {
	req := &egress.Request{URL: f.url, MaxBytes: int64(f.opts.Parse.MaxBytes), JSON: true, Header: f.opts.Header}
	if prev.Digest != "" { // without one there is nothing that could be unmodified
		req.ETag, req.LastModified = prev.ETag, prev.LastModified
	}
	resp, err := f.client.Get(ctx, req)
	if err != nil {
		return nil, catalog.FeedState{}, err
	}
	if resp.NotModified {
		return nil, prev, resp.Body.Close()
	}
	data, err := egress.ReadAll(resp.Body, resp.Size)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, catalog.FeedState{}, err
	}
	if isHTML(data) {
		return nil, catalog.FeedState{}, fmt.Errorf("%s: %w", egress.Redact(f.url), &ContentTypeError{Got: "text/html"})
	}
	state := catalog.FeedState{Digest: connector.DigestOf(data), ETag: resp.ETag, LastModified: resp.LastModified}
	return data, state, nil
}

// isHTML reports whether a web page came under a type that says nothing.
func isHTML(data []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(data[:min(len(data), 512)]))
	return slices.ContainsFunc([]string{"<!doctype html", "<html", "<head", "<body"}, func(tag string) bool {
		return bytes.HasPrefix(start, []byte(tag))
	})
}
