package catalog

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// perform puts the item's version in place, without activating it. A note
// means that there was nothing to do. With an error, the result names what was
// put in place all the same, if anything.
func (w *worker) perform(ctx context.Context) (got *installed, note string, err error) {
	// What this needs to know changes under the lease only, so it is as old as that.
	if err := w.cat.syncTo(ctx, w.lease.revision(), nil); err != nil {
		return nil, "", fmt.Errorf("%w: %w", errInterrupted, err)
	}
	it := &w.item.Item
	e := w.cat.snapshot().entry(it.Key)
	if e == nil {
		e = &entry{key: it.Key} // nothing is known of it any more, which fetch will say
	}
	in := e.installed[it.To]
	sound := in != nil && in.Receipt.Digest == it.Digest && w.cat.opts.Installer.Verify(ctx, &in.Receipt) == nil
	if sound && e.active() == it.To {
		return nil, "already active", nil
	}
	if e.pubRev != it.Base {
		return nil, "", fmt.Errorf("%w: planned from version %q, active is %q", ErrStalePlan, it.From, e.active())
	}
	if sound {
		return in, "", w.approved(e, in) // P13: nothing is downloaded
	}
	got, err = w.fetch(ctx)
	if err != nil {
		return got, "", err
	}
	return got, "", w.approved(e, got)
}

// fetch installs the package of the item's version from the item's feed, even if
// another one comes first by now.
func (w *worker) fetch(ctx context.Context) (*installed, error) {
	it := &w.item.Item
	conn, err := w.cat.offered(ctx, it.Feed, it.Key)
	if err != nil {
		return nil, err
	}
	i := releaseIndex(conn.Releases, it.To)
	switch {
	case it.Feed != "" && !w.cat.knows(it.Feed):
		return nil, fmt.Errorf("%w: feed %q is not configured any more", ErrStalePlan, it.Feed)
	case i < 0:
		return nil, fmt.Errorf("%w: version %s is no longer offered", ErrStalePlan, it.To)
	}
	r := &conn.Releases[i]
	if d := r.Digest(); d != it.Digest {
		return nil, fmt.Errorf("%w: planned digest %s, offered is %s", ErrStalePlan, it.Digest, d)
	}
	if sum := manifestSum(r.Manifest); !it.Installed && sum != it.Manifest {
		return nil, fmt.Errorf("%w: planned with manifest %s, the feed serves %s", ErrStalePlan, it.Manifest, sum)
	}
	w.mediaType = r.Artifact.MediaType
	receipt, err := w.cat.opts.Installer.Install(ctx, w.cat.pack(it, r), w.report)
	if err != nil {
		return nil, err
	}
	if receipt.Key != it.Key || receipt.Version != it.To || receipt.Digest != it.Digest {
		return nil, fmt.Errorf("installer returned a receipt for %s@%s with digest %s: %w", receipt.Key, receipt.Version, receipt.Digest, installer.ErrCorrupt)
	}
	got := installed{Feed: it.Feed, Connector: conn, Release: *r, Receipt: *receipt}
	got.Connector.Releases, got.Release.Manifest = nil, nil
	got, err = storable(got)
	return &got, err
}

// pack makes the package that the installer is to put in place.
func (c *Catalog) pack(it *PlanItem, r *connector.Release) *installer.Package {
	pkg := &installer.Package{Key: it.Key, Version: r.Version, Artifact: r.Artifact, Manifest: r.Manifest}
	pkg.Artifact.Digest = r.Digest()
	if r.Artifact.MediaType != connector.MediaReference {
		feed := c.opts.Feeds[c.rank[it.Feed]]
		pkg.Open = func(ctx context.Context) (io.ReadCloser, error) { return c.openArtifact(ctx, feed, r.Artifact) }
	}
	return pkg
}

// openArtifact asks the feed first, and opens by URL what the feed does not.
func (c *Catalog) openArtifact(ctx context.Context, feed Feed, a connector.Artifact) (io.ReadCloser, error) {
	if o, ok := feed.(ArtifactOpener); ok {
		body, err := openSized(ctx, o, a)
		if !errors.Is(err, errors.ErrUnsupported) {
			return body, err
		}
	}
	return openSized(ctx, c.opts.Artifacts, a)
}

// openSized refuses an artifact whose transport announces another size than
// its release states, before anything is read.
func openSized(ctx context.Context, o ArtifactOpener, a connector.Artifact) (io.ReadCloser, error) {
	body, size, err := o.OpenArtifact(ctx, a)
	if err != nil {
		return nil, err
	}
	if a.Size > 0 && size >= 0 && size != a.Size {
		return nil, errors.Join(fmt.Errorf("artifact has %d bytes, its release states %d: %w", size, a.Size, installer.ErrCorrupt), body.Close())
	}
	return body, nil
}

// approved holds what was unpacked against what is active: a feed that does
// not serve manifests could not show the change in the plan (P19).
func (w *worker) approved(e *entry, got *installed) error {
	if w.item.Item.Approved || e.pub == nil {
		return nil
	}
	schemes, origins := manifestChanges(e.installed[e.pub.Active], got.Receipt.Manifest)
	if changes := approvable(schemes, origins); len(changes) > 0 {
		return approvalError(changes)
	}
	return nil
}
