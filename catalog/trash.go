package catalog

import (
	"context"
	"errors"

	"github.com/patchbay/patchbay/installer"
)

// emptyTrash removes the files of versions that are no longer installed: all of
// them, or those under a longer prefix. Files that cannot be removed keep none of the
// others.
func (c *Catalog) emptyTrash(ctx context.Context, prefix string) error {
	if c.opts.Installer == nil {
		return nil
	}
	var errs []error
	for rec, err := range c.list(ctx, prefix) {
		if err == nil {
			err = c.removeTrash(ctx, rec)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// removeTrash removes one version's files under the connector's lease: it may
// be being installed again.
func (c *Catalog) removeTrash(ctx context.Context, rec Record) error {
	receipt, err := decode[installer.Receipt](rec)
	if err != nil {
		return err
	}
	l, _, err := c.tryLease(ctx, receipt.Key, "trash")
	if err != nil || l == nil {
		return err // busy: healLoop comes back
	}
	held, stop := l.keep(ctx)
	err = c.discard(held, &receipt)
	if lost := stop(); err != nil || lost != nil {
		return joinRelease(ctx, l, err, lost)
	}
	if _, err = c.store.Apply(ctx, l.end(), Delete(rec.Key, At(rec.Revision))); err != nil {
		return joinRelease(ctx, l, ignore(err, ErrConflict))
	}
	return nil
}

// discard removes files unless they are those of an installed version.
func (c *Catalog) discard(ctx context.Context, receipt *installer.Receipt) error {
	if err := c.sync(ctx); err != nil {
		return err
	}
	if e := c.snapshot().entry(receipt.Key); e != nil && e.installed[receipt.Version] != nil {
		return nil
	}
	return c.opts.Installer.Remove(ctx, receipt)
}
