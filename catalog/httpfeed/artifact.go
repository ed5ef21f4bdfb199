package httpfeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/egress"
)

// OpenArtifact opens an artifact by URL, through the same guard as the index. A
// relative URL is relative to the URL given to New, also where that redirects. The
// body fails with a *TooLargeError rather than hand out more than the artifact's
// stated size or MaxArtifactBytes; a transfer that breaks off is resumed where the
// server gives the bytes a strong ETag. The error wraps errors.ErrUnsupported for
// references and for other schemes than http and https.
func (f *Feed) OpenArtifact(ctx context.Context, a connector.Artifact) (body io.ReadCloser, size int64, err error) {
	limit := f.opts.MaxArtifactBytes
	if a.Size > limit {
		return nil, 0, fmt.Errorf("artifact: %w", &TooLargeError{Max: limit, Size: a.Size})
	}
	if a.Size > 0 {
		limit = a.Size
	}
	at, home, err := f.resolve(a)
	if err != nil {
		return nil, 0, fmt.Errorf("artifact: %w", err)
	}
	req := &egress.Request{URL: at, MaxBytes: limit}
	if home {
		req.Header = f.opts.Header
	}
	body, size, err = f.client.OpenRequest(ctx, req)
	if err != nil {
		return nil, 0, fmt.Errorf("artifact: %w", err)
	}
	return body, size, nil
}

// resolve returns the absolute URL of an artifact, and whether it is at the
// feed's own origin.
func (f *Feed) resolve(a connector.Artifact) (at string, home bool, err error) {
	if a.MediaType == connector.MediaReference {
		return "", false, fmt.Errorf("a reference names no bytes: %w", errors.ErrUnsupported)
	}
	base, err := egress.CheckURL(f.url, f.opts.egress())
	if err != nil {
		return "", false, err
	}
	ref, err := url.Parse(a.URL)
	if err != nil || a.URL == "" {
		return "", false, fmt.Errorf("its URL cannot be parsed: %w", fs.ErrInvalid)
	}
	u := base.ResolveReference(ref)
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", false, fmt.Errorf("its URL is neither https nor http: %w", errors.ErrUnsupported)
	}
	return u.String(), egress.SameOrigin(base, u), nil
}
