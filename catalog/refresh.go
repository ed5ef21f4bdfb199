package catalog

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Refresh loads all feeds now. Feeds are isolated (P16): one that fails keeps
// what it offered before and does not stop the others. The error joins one
// *Error with the feed's name for each that failed; Feeds shows the same.
//
// Taking in a native index of n bytes for the first time needs about 2n bytes of
// memory at its peak, the index itself included; from a feed that has no documents
// (FeedUpdate.Documents) about 7n.
func (a *Admin) Refresh(ctx context.Context) error {
	if err := a.allow(ctx, "refresh", ActionRefresh, ""); err != nil {
		return err
	}
	var errs []error
	if err := a.cat.refreshFeeds(ctx, a.principal, func(_ string, err error) { errs = append(errs, err) }); err != nil {
		return &Error{Op: "refresh", Err: err}
	}
	return errors.Join(errs...)
}

// refresh loads all feeds; one that fails is logged and shown by its status.
func (c *Catalog) refresh(ctx context.Context, by Principal) error {
	return c.refreshFeeds(ctx, by, func(feed string, err error) {
		c.opts.Logger.WarnContext(ctx, "patchbay: feed failed", "feed", feed, "error", err)
	})
}

func (c *Catalog) refreshLoop(ctx context.Context) {
	tick := time.NewTicker(c.opts.RefreshEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := c.refresh(ctx, systemPrincipal); err != nil && ctx.Err() == nil {
			c.opts.Logger.WarnContext(ctx, "patchbay: refresh failed", "error", err)
		}
	}
}

// loaded is the outcome of one feed's Load.
type loaded struct {
	update *FeedUpdate
	err    error
}

// errLeftOut is about an update that left out what is not stored any more.
var errLeftOut = errors.New("what the feed offered before has changed meanwhile")

// known is what need not be read of a feed.
func (s *snapshot) known(feed string) *connector.Known {
	n := 0 // of many feeds, one need not have much of what there is
	for e := range s.all() {
		if e.offerOf(feed) != nil {
			n++
		}
	}
	known := connector.NewKnown(n)
	for e := range s.all() {
		if o := e.offerOf(feed); o != nil {
			known.Add(e.key, o.sum, o.size)
		}
	}
	return known
}

// refreshFeeds loads all feeds at once and takes their updates in, in feed
// order, so that which digest counts as the first seen (P15) does not depend
// on which feed answered first. It fails only if the store or ctx does.
func (c *Catalog) refreshFeeds(ctx context.Context, by Principal, failed func(feed string, err error)) error {
	if err := c.loading.take(ctx); err != nil {
		return err
	}
	defer c.loading.give()
	if err := c.sync(ctx); err != nil {
		return err
	}
	results := make([]chan loaded, len(c.opts.Feeds))
	var loads sync.WaitGroup
	defer loads.Wait() // no Load outlives its turn
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, f := range c.opts.Feeds {
		results[i] = make(chan loaded, 1)
		s := c.snapshot()
		loads.Go(func() { results[i] <- c.load(ctx, f, s, true) })
	}
	for i, f := range c.opts.Feeds {
		res := <-results[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		err := res.err
		if err == nil {
			err = c.takeIn(ctx, by, f.Name(), res.update)
		}
		if errors.Is(err, errLeftOut) { // by another process
			if res = c.load(ctx, f, c.snapshot(), false); res.err == nil {
				res.err = c.takeIn(ctx, by, f.Name(), res.update)
			}
			err = res.err
		}
		var refused *Error
		if err != nil && !errors.As(err, &refused) {
			return err // the store failed, not the feed
		}
		c.checks.note(f.Name(), c.opts.Clock())
		if refused == nil {
			continue
		}
		failed(f.Name(), refused)
		if err := c.recordFailure(ctx, by, f.Name(), refused); err != nil {
			return err
		}
	}
	return nil
}

// load loads a feed. If that will do, what s has of it may be left out.
func (c *Catalog) load(ctx context.Context, f Feed, s *snapshot, newOnly bool) loaded {
	ctx, cancel := context.WithTimeout(ctx, c.opts.FeedTimeout)
	defer cancel()
	var prev FeedState
	rec := s.feeds[f.Name()]
	if rec != nil {
		prev = rec.State
	}
	if newOnly {
		prev.Known = s.known(f.Name())
	}
	u, err := f.Load(ctx, prev)
	switch {
	case err != nil:
	case u == nil:
		err = errors.New("feed returned nothing")
	case u.Unchanged && (rec == nil || rec.LoadedAt.IsZero()):
		err = errors.New("feed says unchanged, but was never read")
	}
	if err != nil {
		return loaded{err: feedError(f.Name(), err)}
	}
	u.State.Known = nil
	return loaded{update: u}
}

func feedError(feed string, err error) error {
	return &Error{Op: "load feed", Key: feed, Err: err}
}
