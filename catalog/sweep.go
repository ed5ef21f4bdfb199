package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/installer"
)

// Sweep removes whatever lies at the installer and belongs to no installed
// version, and returns how many such things there were. Crashes leave nothing
// for it to find, because operations are resumed; it is for storage that was
// restored from a backup or touched by hand. It is refused with ErrInUse while an operation
// is under way, and must not run while another catalog, with a store of its
// own, uses the same storage.
func (a *Admin) Sweep(ctx context.Context) (removed int, err error) {
	const op = "sweep"
	if err := a.allow(ctx, op, ActionPrune, ""); err != nil {
		return 0, err
	}
	removed, err = a.cat.sweep(ctx)
	if err != nil {
		return removed, &Error{Op: op, Err: err}
	}
	return removed, nil
}

func (c *Catalog) sweep(ctx context.Context) (int, error) {
	sweeper, ok := c.opts.Installer.(installer.Sweeper)
	if !ok {
		return 0, fmt.Errorf("the installer cannot sweep: %w", errors.ErrUnsupported)
	}
	for _, prefix := range []string{prefixOpen, prefixTrash, prefixLease} {
		recs, err := c.store.List(ctx, prefix, "", 1)
		if err != nil {
			return 0, err
		}
		if len(recs) > 0 {
			return 0, fmt.Errorf("work is under way (%s): %w", recs[0].Key, ErrInUse)
		}
	}
	if err := c.sync(ctx); err != nil {
		return 0, err
	}
	var keep []*installer.Receipt
	for e := range c.snapshot().all() {
		for _, in := range e.installed {
			keep = append(keep, &in.Receipt)
		}
	}
	return sweeper.Sweep(ctx, keep)
}
