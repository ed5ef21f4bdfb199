package catalog

import (
	"context"
	"errors"

	"github.com/patchbay/patchbay/connector"
)

// manifest returns the manifest of a version: of the installed package if there
// is one (P20), else as the feed serves it, else nil.
func (c *Catalog) manifest(ctx context.Context, e *entry, version string) (*connector.Manifest, error) {
	if in := e.installed[version]; in != nil {
		return in.Receipt.Manifest, nil
	}
	r, err := c.offered(ctx, e, version)
	if err != nil || r == nil {
		return nil, err
	}
	return r.Manifest, nil
}

// offered returns a release with its manifest from the last known good index
// of the feed that wins for e, or nil. The snapshot leaves manifests out.
func (c *Catalog) offered(ctx context.Context, e *entry, version string) (*connector.Release, error) {
	if e.feed == "" {
		return nil, nil //nolint:nilnil // "none" is an ordinary answer here
	}
	conn, _, err := get[connector.Connector](ctx, c, indexKey(e.feed, e.key))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	for i := range conn.Releases {
		if conn.Releases[i].Version == version {
			return &conn.Releases[i], nil
		}
	}
	return nil, nil //nolint:nilnil // as above
}
