package catalog

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// runner works on operations. Every process with the same store may work on
// the same operation: the lease of each connector decides who does which item. One
// of them leads the operation, which is the one that started it, or that found nobody
// leading. It alone fails what nobody it knows of can do.
type runner struct {
	cat     *Catalog
	slots   chan struct{} // one per item that may be fetched at once
	ends    chan struct{} // one per item that may be put in place meanwhile
	mu      sync.Mutex
	running map[string]struct{} // operations this process works on
}

func (r *runner) init(c *Catalog) {
	r.cat = c
	r.slots = make(chan struct{}, c.opts.Parallel)
	r.ends = make(chan struct{}, c.opts.Parallel)
	r.running = map[string]struct{}{}
}

// start works on an operation, unless this process does already. lead is the lease
// for leading it, if this process has it; else it takes that if the operation is still open
// as marked: nobody would end a lease that is taken after the end.
func (r *runner) start(rec opRecord, lead *lease, marked Revision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.running[rec.ID]; ok {
		return
	}
	if r.cat.background(func(ctx context.Context) { r.run(ctx, rec, lead, marked) }) {
		r.running[rec.ID] = struct{}{}
	}
}

// run works on all items. Each is independent: a failure is recorded on its
// row and the rest goes on (P11).
func (r *runner) run(ctx context.Context, rec opRecord, lead *lease, marked Revision) {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.running, rec.ID)
	}()
	if lead == nil {
		open := Check(prefixOpen+rec.ID, At(marked))
		lead, _, _ = r.cat.tryLease(ctx, leadKey(rec.ID), rec.ID, open) // else another one leads
	}
	stop := func() error { return nil }
	if lead != nil {
		_, stop = lead.keep(ctx)
	}
	err := r.items(ctx, rec, lead != nil)
	lost := stop()
	if err == nil {
		r.cat.sightings.forget(leadKey(rec.ID))
		err = r.cat.closeOperation(ctx, rec)
	} else if lead != nil && lost == nil {
		err = joinRelease(ctx, lead, err)
	}
	// Where an item is not final, or the operation not closed, healLoop takes it up again.
	if err != nil && ctx.Err() == nil && !errors.Is(err, errElsewhere) {
		r.cat.opts.Logger.WarnContext(ctx, "patchbay: operation interrupted", "operation", rec.ID, "error", err)
	}
}

// items works on all items, and returns an error if some of them is not final.
func (r *runner) items(ctx context.Context, rec opRecord, leads bool) error {
	var items sync.WaitGroup
	errs := make(chan error, rec.Items)
	for n := range rec.Items {
		select {
		case r.slots <- struct{}{}:
		case <-ctx.Done():
			items.Wait()
			return ctx.Err()
		}
		items.Go(func() {
			w := &worker{cat: r.cat, op: rec, n: n, leads: leads}
			if err := w.run(ctx, r.slots, r.ends); err != nil {
				errs <- err
			}
		})
	}
	items.Wait()
	close(errs)
	return <-errs
}

// leadKey is the lease of an operation. It is the key of no connector.
func leadKey(op string) connector.Key { return connector.Key("@" + op) }

// closeOperation records that every item is final, and ends the lease for leading the
// operation, whoever holds it. Several processes may do so; the first one counts.
func (c *Catalog) closeOperation(ctx context.Context, rec opRecord) error {
	_, rev, err := get[struct{}](ctx, c, prefixOpen+rec.ID)
	if err != nil {
		return ignore(err, ErrNotFound)
	}
	rec.Done = c.opts.Clock().UTC()
	err = c.commit(ctx, AuditEntry{By: rec.By, Action: "install.end", Target: rec.ID},
		Delete(prefixOpen+rec.ID, At(rev)), Put(prefixOp+rec.ID, encode(rec), Any()), Delete(leaseKey(leadKey(rec.ID)), Any()))
	return ignore(err, ErrConflict)
}

// takeUp starts work on every unfinished operation; one that cannot be read stops
// none of the others.
func (c *Catalog) takeUp(ctx context.Context) error {
	if c.opts.Installer == nil {
		return nil // another process has one, or the next
	}
	var errs []error
	for marker, err := range c.list(ctx, prefixOpen) {
		var rec opRecord
		if err == nil {
			rec, _, err = get[opRecord](ctx, c, prefixOp+strings.TrimPrefix(marker.Key, prefixOpen))
		}
		if err == nil {
			c.runner.start(rec, nil, marker.Revision)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
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
