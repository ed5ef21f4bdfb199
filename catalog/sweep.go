package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// Sweep removes whatever lies at the installer and belongs to no installed
// version, and returns how many such things there were. Crashes leave nothing
// for it to find, because operations are resumed; it is for storage that was
// restored from a backup or touched by hand. It is refused with ErrInUse while an operation
// is under way, as is Install while it runs, and must not run while another catalog, with a store of its
// own, uses the same storage.
func (a *Admin) Sweep(ctx context.Context) (removed int, err error) {
	const op = "sweep"
	if err := a.allow(ctx, op, ActionPrune, ""); err != nil {
		return 0, err
	}
	removed, err = a.cat.sweep(ctx, a.principal)
	if err != nil {
		return removed, &Error{Op: op, Err: err}
	}
	return removed, nil
}

// sweepLease is the lease of a sweep. It is the key of no connector.
const sweepLease connector.Key = "*"

func (c *Catalog) sweep(ctx context.Context, by Principal) (int, error) {
	sweeper, ok := c.opts.Installer.(installer.Sweeper)
	if !ok {
		return 0, fmt.Errorf("the installer cannot sweep: %w", errors.ErrUnsupported)
	}
	l, _, err := c.tryLease(ctx, sweepLease, "sweep")
	if err != nil {
		return 0, err
	}
	if l == nil {
		return 0, fmt.Errorf("another sweep is under way: %w", ErrInUse)
	}
	held, stop := l.keep(ctx)
	removed := 0
	if err = c.idle(held); err == nil {
		removed, err = c.sweepUnder(held, sweeper)
	}
	if lost := stop(); err != nil || lost != nil {
		err = joinRelease(ctx, l, err, lost)
		if removed == 0 {
			return 0, err
		}
		entry := AuditEntry{By: by, Action: "sweep", Outcome: err.Error(), Detail: fmt.Sprintf("%d removed", removed)}
		return removed, errors.Join(err, c.commit(ctx, entry))
	}
	if err := c.commit(ctx, AuditEntry{By: by, Action: "sweep", Detail: fmt.Sprintf("%d removed", removed)}, l.end()); err != nil {
		return removed, joinRelease(ctx, l, err)
	}
	return removed, nil
}

// idle fails with ErrInUse while anything is under way. Nothing that puts files in place can
// begin after it, because Install looks for the sweep's lease.
func (c *Catalog) idle(ctx context.Context) error {
	for _, prefix := range []string{prefixOpen, prefixTrash} {
		recs, err := c.store.List(ctx, prefix, "", 1)
		if err != nil {
			return err
		}
		if len(recs) > 0 {
			return fmt.Errorf("work is under way (%s): %w", recs[0].Key, ErrInUse)
		}
	}
	now, err := c.store.Now(ctx)
	if err != nil {
		return err
	}
	for rec, err := range c.list(ctx, prefixLease) {
		if err != nil {
			return err
		}
		held, err := decode[leaseRecord](rec)
		if err != nil {
			return err
		}
		key := connector.Key(strings.TrimPrefix(rec.Key, prefixLease))
		harmless := key == sweepLease || isRenewLease(key) || held.Op == confirming
		if !harmless && c.sightings.held(key, &held, rec.Revision, now) {
			return fmt.Errorf("work is under way (%s): %w", rec.Key, ErrInUse)
		}
	}
	return nil
}

func (c *Catalog) sweepUnder(ctx context.Context, sweeper installer.Sweeper) (int, error) {
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

// unswept is the op that holds an Install to no sweep being under way, which would
// take what is put in place for a stray.
func (c *Catalog) unswept(ctx context.Context) (Op, error) {
	key := leaseKey(sweepLease)
	held, rev, err := get[leaseRecord](ctx, c, key)
	if errors.Is(err, ErrNotFound) {
		return Check(key, Absent()), nil
	}
	now, nowErr := c.store.Now(ctx)
	if err := errors.Join(err, nowErr); err != nil {
		return Op{}, err
	}
	if c.sightings.held(sweepLease, &held, rev, now) {
		return Op{}, fmt.Errorf("a sweep is under way: %w", ErrInUse)
	}
	return Check(key, At(rev)), nil
}
