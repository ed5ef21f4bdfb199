package catalog

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"
)

// sync brings the snapshot up to the store's latest revision. All changes,
// one's own and other processes', reach the snapshot this one way. When it
// returns nil, everything that was committed before the call is visible.
func (c *Catalog) sync(ctx context.Context) error { return c.syncTo(ctx, math.MaxInt64, nil) }

// syncTo is sync for whoever needs no later revision than rev, which was written by own if that is
// given. Of many that commit at once, one reads for all.
func (c *Catalog) syncTo(ctx context.Context, rev Revision, own []Op) error {
	if err := c.syncing.take(ctx); err != nil {
		return err
	}
	defer c.syncing.give()
	for {
		before := c.snapshot()
		if before.rev >= rev {
			return nil
		}
		changes, known, next, err := c.changes(ctx, before.rev, rev, own)
		if errors.Is(err, ErrCompacted) {
			if err := c.resync(ctx, next); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if next == before.rev {
			return nil
		}
		for _, ch := range changes {
			c.fresh.changed(ch.Key) // of all, also if one of them cannot be taken in
		}
		d := before.edit(c.rank)
		if err := d.applyWith(changes, known); err != nil {
			return err
		}
		if err := c.adopt(d, next); err != nil {
			return err
		}
	}
}

// changes returns what has changed since a revision. What is known already, because nothing lies between
// the snapshot and a commit of one's own, is not read; what is known of that comes with it.
func (c *Catalog) changes(ctx context.Context, since, rev Revision, own []Op) ([]Change, []*offer, Revision, error) {
	if len(own) == 0 || since+1 != rev {
		read := c.store.Changes
		if m, ok := c.store.(*MemStore); ok {
			read = m.look // a copy of a first index would be as large as all there is
		}
		changes, next, err := read(ctx, since, MaxStorePage)
		return changes, nil, next, err
	}
	own = slices.DeleteFunc(slices.Clone(own), func(op Op) bool { return op.Kind == OpCheck })
	slices.SortFunc(own, func(a, b Op) int { return strings.Compare(a.Key, b.Key) })
	changes, known := make([]Change, len(own)), make([]*offer, len(own))
	for i, op := range own {
		changes[i] = Change{Record: Record{Key: op.Key, Revision: rev, Value: op.Value}, Deleted: op.Kind == OpDelete}
		known[i] = op.offer
	}
	return changes, known, rev, nil
}

// readAll makes the first snapshot from what there is, not from all that ever
// changed. The store tells its newest revision to who claims to be beyond it.
func (c *Catalog) readAll(ctx context.Context) error {
	_, newest, err := c.store.Changes(ctx, math.MaxInt64, 1)
	if errors.Is(err, ErrCompacted) {
		err = c.resync(ctx, newest)
	}
	if err != nil {
		return err
	}
	return c.sync(ctx)
}

// adopt finishes a draft and makes it the snapshot that everybody reads.
func (c *Catalog) adopt(d *draft, rev Revision) error {
	next, events, err := d.finish(rev, &c.opts, c.opts.Clock())
	if err != nil {
		return err
	}
	if d.faulty != nil {
		c.opts.Logger.Warn("patchbay: policies have faults and deny", "error", d.faulty)
	}
	c.snap.Store(next)
	c.subs.publish(events)
	for _, st := range d.items {
		c.hub.report(st.op, st.status, true)
	}
	return nil
}

// resync reads everything anew, because the store no longer remembers what
// was deleted since the snapshot, or was replaced by an older one. rev was the newest revision before the
// reading starts, so nothing written meanwhile is missed.
func (c *Catalog) resync(ctx context.Context, rev Revision) error {
	c.fresh.changedAll()
	d := newSnapshot().edit(c.rank)
	for _, prefix := range []string{
		prefixFeed, prefixIndex, prefixPublished, prefixReady, prefixInstalled, prefixSeen, prefixSkip, prefixPin, prefixPolicy, prefixAssign, keyGovern,
	} {
		page := make([]Change, 0, MaxStorePage)
		for rec, err := range c.list(ctx, prefix) {
			if err != nil {
				return err
			}
			if page = append(page, Change{Record: rec}); len(page) < cap(page) {
				continue
			}
			if err := d.apply(page...); err != nil {
				return err
			}
			page = page[:0]
		}
		if err := d.apply(page...); err != nil {
			return err
		}
	}
	d.events = []Event{{Kind: EventResync}}
	if err := c.adopt(d, rev); err != nil {
		return err
	}
	c.hub.missed()
	return nil
}

// followLoop keeps the snapshot up with other processes.
func (c *Catalog) followLoop(ctx context.Context) {
	var wake <-chan struct{}
	if w, ok := c.store.(Watcher); ok {
		ch, err := w.Watch(ctx)
		if err == nil {
			wake = ch
		}
	}
	tick := time.NewTicker(c.opts.FollowEvery)
	defer tick.Stop()
	for {
		// First of all, for what was committed before the watch began.
		start := time.Now()
		if err := c.sync(ctx); err == nil {
			c.fresh.follow(start)
		} else if ctx.Err() == nil {
			c.opts.Logger.WarnContext(ctx, "patchbay: cannot follow the store", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case _, open := <-wake:
			if !open {
				wake = nil // closed: the ticker goes on alone
			}
		case <-tick.C:
		}
	}
}
