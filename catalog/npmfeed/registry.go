package npmfeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/internal/egress"
)

// Registry returns a Feed of the named packages at the npm registry with the
// given URL, such as "https://npm.example.com". Each is asked for as
// "<url>/<name>", with the slash of a scoped name as "%2f". There is no default
// registry. o may be nil.
//
// A tarball's URL stands in the packument, which its author may have written to
// lead anywhere. It is taken as it stands only at the registry's own origin and
// at Options.Origins; of any other, the path is put under the registry's URL,
// unless it lies there already, and the query is dropped.
//
// What is wrong with the URL, the origins or an empty list of packages is an error
// of Load.
func Registry(baseURL string, packages []string, o *Options) *Feed {
	s := o.settled()
	r := &registry{names: slices.Clone(packages), opts: s, client: egress.New(s.egress())}
	var errs []error
	base, err := egress.CheckURL(baseURL, s.egress())
	switch {
	case err != nil:
		errs = append(errs, fmt.Errorf("registry: %w", err))
	case base.RawQuery != "" || base.Fragment != "":
		errs = append(errs, fmt.Errorf("registry: URL has a query or fragment: %w", catalog.ErrInvalid))
	}
	r.base = base
	for i, origin := range s.Origins {
		u, err := egress.CheckURL(origin, s.egress())
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("registry: Origins[%d]: %w", i, err))
		case u.RequestURI() != "/" || u.Fragment != "":
			errs = append(errs, fmt.Errorf("registry: Origins[%d]: more than an origin: %w", i, catalog.ErrInvalid))
		default:
			r.origins = append(r.origins, u)
		}
	}
	if n := len(packages); n == 0 || n > MaxPackages {
		errs = append(errs, fmt.Errorf("registry: %d packages, want 1 to %d: %w", n, MaxPackages, catalog.ErrInvalid))
	}
	slices.Sort(r.names)
	r.names = slices.Compact(r.names)
	r.err = errors.Join(errs...)
	return &Feed{name: s.Name, src: r}
}

// registry is a source behind HTTP.
type registry struct {
	base    *url.URL
	origins []*url.URL
	names   []string
	opts    Options
	client  *egress.Client
	err     error // what is wrong with the configuration
}

func (r *registry) packages(context.Context) ([]string, error) { return r.names, r.err }

func (r *registry) packument(ctx context.Context, name string) ([]byte, error) {
	resp, err := r.client.Get(ctx, &egress.Request{
		URL: r.base.JoinPath(escaped(name)).String(), MaxBytes: r.opts.MaxBytes, JSON: true, Header: r.opts.Header,
	})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // what was read is complete or an error
	return egress.ReadAll(resp.Body, resp.Size)
}

func (r *registry) locate(tarball string) (string, error) { return r.atRegistry(tarball) }

func (r *registry) parallel() int { return r.opts.Parallel }

// open opens a URL that atRegistry gave. It looks again, because the URL may have
// been stored by an earlier configuration.
func (r *registry) open(ctx context.Context, raw string) (io.ReadCloser, int64, error) {
	if r.err != nil {
		return nil, 0, r.err
	}
	u, err := parseTarball(raw)
	if err != nil {
		return nil, 0, fmt.Errorf("open artifact: URL %w: %w", err, fs.ErrInvalid)
	}
	if !r.allowed(u) {
		return nil, 0, fmt.Errorf("open artifact: %s is not an origin of this feed: %w", u.Host, fs.ErrPermission)
	}
	req := egress.Request{URL: raw, MaxBytes: r.opts.MaxArtifactBytes}
	if egress.SameOrigin(u, r.base) {
		req.Header = r.opts.Header
	}
	return r.client.OpenRequest(ctx, &req)
}
