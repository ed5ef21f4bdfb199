package catalog

import (
	"context"
	"slices"

	"github.com/patchbay/patchbay/connector"
)

// manifest returns the manifest of a version: of the installed package if there
// is one (P20), else as the feed serves it, else nil.
func (c *Catalog) manifest(ctx context.Context, e *entry, version string) (*connector.Manifest, error) {
	if in := e.installed[version]; in != nil {
		return in.Receipt.Manifest, nil
	}
	conn, err := c.offered(ctx, e.feed, e.key)
	if err != nil {
		return nil, err
	}
	if i := releaseIndex(conn.Releases, version); i >= 0 {
		return conn.Releases[i].Manifest, nil
	}
	return nil, nil //nolint:nilnil // "none" is an ordinary answer here
}

// offered returns a connector with its manifests from the last known good index of
// a feed; without releases when the feed does not offer it or is not configured. The
// snapshot leaves manifests out.
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
