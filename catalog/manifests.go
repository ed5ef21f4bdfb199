package catalog

import (
	"context"
	"slices"

	"github.com/patchbay/patchbay/connector"
)

// details is what the snapshot leaves out of one connector: its releases, manifests
// included.
type details struct {
	e       *entry
	offered []connector.Release
}

// details reads them, as they are offered now.
func (c *Catalog) details(ctx context.Context, e *entry) (details, error) {
	conn, err := c.offered(ctx, e.feed, e.key)
	return details{e: e, offered: conn.Releases}, err
}

// release returns a version as it is offered, or else as it was when it was installed.
func (d details) release(version string) (*connector.Release, bool) {
	if i := releaseIndex(d.offered, version); i >= 0 {
		return &d.offered[i], true
	}
	if in := d.e.installed[version]; in != nil {
		return &in.Release, true
	}
	return nil, false
}

// digest is what identifies a version, offered or installed (P15).
func (d details) digest(version string) connector.Digest {
	if i := releaseIndex(d.offered, version); i >= 0 {
		return d.offered[i].Digest()
	}
	if in := d.e.installed[version]; in != nil {
		return in.Receipt.Digest
	}
	return ""
}

// manifest returns the manifest of a version: of the installed package if there
// is one (P20), else as the feed serves it, else nil.
func (d details) manifest(version string) *connector.Manifest {
	if in := d.e.installed[version]; in != nil {
		return in.Receipt.Manifest
	}
	if i := releaseIndex(d.offered, version); i >= 0 {
		return d.offered[i].Manifest
	}
	return nil
}

// offered returns a connector with everything that the last known good index of
// a feed says of it; without releases when the feed does not offer it or is not configured.
func (c *Catalog) offered(ctx context.Context, feed string, key connector.Key) (connector.Connector, error) {
	if !c.knows(feed) {
		return connector.Connector{}, nil
	}
	conn, _, err := get[connector.Connector](ctx, c, indexKey(feed, key))
	return conn, ignore(err, ErrNotFound)
}

func releaseIndex(releases []connector.Release, version string) int {
	return slices.IndexFunc(releases, func(r connector.Release) bool { return r.Version == version })
}

// knows reports whether a feed is configured here.
func (c *Catalog) knows(feed string) bool {
	_, ok := c.rank[feed]
	return ok
}
