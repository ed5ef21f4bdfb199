package catalog

import (
	"context"
	"sync"

	"github.com/patchbay/patchbay/connector"
)

// confirms are the connectors whose activities the host's publisher is being
// asked for. It may take long over one, so nothing else waits for it.
type confirms struct {
	slots chan struct{} // one per connector that is asked for at once
	mu    sync.Mutex
	asked map[connector.Key]struct{}
}

func (f *confirms) init(parallel int) {
	f.slots = make(chan struct{}, parallel)
	f.asked = map[connector.Key]struct{}{}
}

// soon asks in the background, unless that is under way.
func (f *confirms) soon(c *Catalog, key connector.Key) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.asked[key]; ok {
		return
	}
	if c.background(func(ctx context.Context) { f.ask(ctx, c, key) }) {
		f.asked[key] = struct{}{}
	}
}

func (f *confirms) ask(ctx context.Context, c *Catalog, key connector.Key) {
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.asked, key)
	}()
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
		c.confirmOne(ctx, key)
	case <-ctx.Done():
	}
}

// confirmActivities asks the host's publisher for every publication that it has
// not confirmed.
func (c *Catalog) confirmActivities() {
	if c.opts.ActivityPublisher == nil {
		return
	}
	for e := range c.snapshot().all() {
		if e.ready.NeedConfirm {
			c.confirms.soon(c, e.key)
		}
	}
}

// confirming is what a lease is for under which nothing is put in place.
const confirming = "activities"

// confirmOne asks the host's publisher once. A failure is tried again by
// healLoop.
func (c *Catalog) confirmOne(ctx context.Context, key connector.Key) {
	l, _, err := c.tryLease(ctx, key, confirming)
	if err != nil || l == nil {
		return // somebody works on the connector; healLoop comes back
	}
	if err := c.confirmUnder(ctx, l); err != nil && ctx.Err() == nil {
		c.opts.Logger.WarnContext(ctx, "patchbay: activities not confirmed", "connector", key, "error", err)
	}
}

func (c *Catalog) confirmUnder(ctx context.Context, l *lease) error {
	held, stop := l.keep(ctx)
	err := c.sync(held)
	e := c.snapshot().entry(l.key)
	if err != nil || e == nil || !e.ready.NeedConfirm {
		return joinRelease(ctx, l, err, stop())
	}
	err = c.opts.ActivityPublisher.PublishActivities(held, l.key, e.ready.Version, e.manifest())
	if lost := stop(); err != nil || lost != nil {
		return joinRelease(ctx, l, err, lost)
	}
	ready := e.ready
	ready.NeedConfirm, ready.ConfirmedAt = false, c.opts.Clock().UTC()
	err = c.commit(ctx, AuditEntry{By: systemPrincipal, Action: "activities", Key: l.key, Target: ready.Version},
		l.end(), Put(readyKey(l.key), encode(ready), At(ready.rev)))
	if err != nil {
		return joinRelease(ctx, l, err)
	}
	return nil
}
