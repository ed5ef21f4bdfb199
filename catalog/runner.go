package catalog

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// runner works on operations. Every process with the same store may work on
// the same operation: the lease of each connector decides who does which item.
type runner struct {
	cat     *Catalog
	slots   chan struct{} // one per item that may run at once
	mu      sync.Mutex
	running map[string]struct{}  // operations this process works on
	noticed map[string]time.Time // unfinished operations, since this process knows of them
}

func (r *runner) init(c *Catalog) {
	r.cat = c
	r.slots = make(chan struct{}, c.opts.Parallel)
	r.running = map[string]struct{}{}
	r.noticed = map[string]time.Time{}
}

// start works on an operation, unless this process does already.
func (r *runner) start(rec opRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.running[rec.ID]; ok {
		return
	}
	if _, ok := r.noticed[rec.ID]; !ok {
		r.noticed[rec.ID] = time.Now()
	}
	if r.cat.background(func(ctx context.Context) { r.run(ctx, rec) }) {
		r.running[rec.ID] = struct{}{}
	}
}

// patience is how many leases a process leaves an item to others that have its
// feed, before it ends the item as one that nobody offers any more.
const patience = 3

// others reports whether an item is better left to other processes: this one
// has not got the feed that it was planned from.
func (r *runner) others(op string, it *PlanItem) bool {
	if _, configured := r.cat.rank[it.Feed]; configured || it.Feed == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Since(r.noticed[op]) < patience*r.cat.opts.Lease
}

// run works on all items. Each is independent: a failure is recorded on its
// row and the rest goes on (P11).
func (r *runner) run(ctx context.Context, rec opRecord) {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.running, rec.ID)
	}()
	var items sync.WaitGroup
	errs := make(chan error, rec.Items)
	for n := range rec.Items {
		select {
		case r.slots <- struct{}{}:
		case <-ctx.Done():
			items.Wait()
			return
		}
		items.Go(func() {
			w := &worker{cat: r.cat, op: rec, n: n}
			if err := w.run(ctx, r.slots); err != nil {
				errs <- err
			}
		})
	}
	items.Wait()
	close(errs)
	if err, interrupted := <-errs; interrupted {
		// Some item is not final: healLoop takes the operation up again.
		if ctx.Err() == nil && !errors.Is(err, errNotOurs) {
			r.cat.opts.Logger.WarnContext(ctx, "patchbay: item interrupted", "operation", rec.ID, "error", err)
		}
		return
	}
	r.mu.Lock()
	delete(r.noticed, rec.ID)
	r.mu.Unlock()
	if err := r.cat.closeOperation(ctx, rec); err != nil && ctx.Err() == nil {
		r.cat.opts.Logger.WarnContext(ctx, "patchbay: cannot close operation", "operation", rec.ID, "error", err)
	}
}

// closeOperation records that every item is final. Several processes may do
// so; the first one counts.
func (c *Catalog) closeOperation(ctx context.Context, rec opRecord) error {
	_, rev, err := get[struct{}](ctx, c, prefixOpen+rec.ID)
	if err != nil {
		return ignore(err, ErrNotFound)
	}
	rec.Done = c.opts.Clock().UTC()
	err = c.commit(ctx, AuditEntry{By: rec.By, Action: "install.end", Target: rec.ID},
		Delete(prefixOpen+rec.ID, At(rev)), Put(prefixOp+rec.ID, encode(rec), Any()))
	return ignore(err, ErrConflict)
}

// takeUp starts work on every unfinished operation.
func (c *Catalog) takeUp(ctx context.Context) error {
	if c.opts.Installer == nil {
		return nil // another process has one, or the next
	}
	for marker, err := range c.list(ctx, prefixOpen) {
		if err != nil {
			return err
		}
		id := strings.TrimPrefix(marker.Key, prefixOpen)
		rec, _, err := get[opRecord](ctx, c, prefixOp+id)
		if err != nil {
			return err
		}
		c.runner.start(rec)
	}
	return nil
}

// healLoop looks for what another process, or a failing store, left unfinished (P12).
func (c *Catalog) healLoop(ctx context.Context) {
	tick := time.NewTicker(c.opts.Lease / 2)
	defer tick.Stop()
	for {
		err := c.heal(ctx)
		if err != nil && ctx.Err() == nil {
			c.opts.Logger.WarnContext(ctx, "patchbay: cannot heal", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// heal does each of its parts whatever became of the others.
func (c *Catalog) heal(ctx context.Context) error {
	c.confirmActivities()
	return errors.Join(c.takeUp(ctx), c.emptyTrash(ctx, prefixTrash))
}
