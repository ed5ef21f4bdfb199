package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Errors of a feed that is read but not believed.
var (
	// ErrRollback refuses an index older than one seen before, or another one
	// under the same version.
	ErrRollback = errors.New("index is older than one seen before")
	// ErrExpired refuses an index whose expiry has passed.
	ErrExpired = errors.New("index has expired")
)

// maxProblems bounds the problems remembered of one feed.
const maxProblems = 10_000

// Refresh loads all feeds now. Feeds are isolated (P16): one that fails keeps
// what it offered before and does not stop the others. The error joins one
// *Error with the feed's name for each that failed; Feeds shows the same.
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

// refreshFeeds loads all feeds at once and takes their updates in, in feed
// order, so that which digest counts as the first seen (P15) does not depend
// on which feed answered first. It fails only if the store or ctx does.
func (c *Catalog) refreshFeeds(ctx context.Context, by Principal, failed func(feed string, err error)) error {
	c.loading.Lock()
	defer c.loading.Unlock()
	if err := c.sync(ctx); err != nil {
		return err
	}
	results := make([]chan loaded, len(c.opts.Feeds))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, f := range c.opts.Feeds {
		results[i] = make(chan loaded, 1)
		prev := c.snapshot().feeds[f.Name()]
		go func() { results[i] <- c.load(ctx, f, prev) }()
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

func (c *Catalog) load(ctx context.Context, f Feed, rec *feedRecord) loaded {
	ctx, cancel := context.WithTimeout(ctx, c.opts.FeedTimeout)
	defer cancel()
	var prev FeedState
	if rec != nil {
		prev = rec.State
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
	return loaded{update: u}
}

func feedError(feed string, err error) error {
	return &Error{Op: "load feed", Key: feed, Err: err}
}

// believe holds an update against the high-water mark and its own expiry.
func (c *Catalog) believe(u *FeedUpdate, rec *feedRecord) error {
	now := c.opts.Clock()
	if u.Unchanged {
		if !rec.Expires.IsZero() && !now.Before(rec.Expires) {
			return fmt.Errorf("%w: at %s, and the feed has no newer one", ErrExpired, rec.Expires.Format(time.RFC3339))
		}
		return nil
	}
	if !u.Expires.IsZero() && !now.Before(u.Expires) {
		return fmt.Errorf("%w: at %s", ErrExpired, u.Expires.Format(time.RFC3339))
	}
	if rec == nil || rec.Version == 0 {
		return nil
	}
	if u.Version < rec.Version {
		return fmt.Errorf("%w: version %d, seen %d", ErrRollback, u.Version, rec.Version)
	}
	if u.Version == rec.Version && u.State.Digest != rec.VersionSum {
		return fmt.Errorf("%w: version %d came before with digest %s, now with %s", ErrRollback, u.Version, rec.VersionSum, u.State.Digest)
	}
	return nil
}

// recordFailure stores that a feed failed, once per reason: not every retry of
// a feed that stays down is a change. It is tried again when another process has
// changed the record meanwhile, whose high-water mark must not be lost (P20).
func (c *Catalog) recordFailure(ctx context.Context, by Principal, feed string, cause *Error) error {
	for {
		var rec feedRecord
		if old := c.snapshot().feeds[feed]; old != nil {
			rec = *old
		}
		reason := clipText(cause.Err.Error())
		if rec.Error == reason {
			return nil
		}
		unmoved := atRevision(rec.rev)
		rec.Error = reason
		if rec.StaleSince.IsZero() {
			rec.StaleSince = c.opts.Clock().UTC()
		}
		err := c.commit(ctx, AuditEntry{By: by, Action: "feed", Target: feed, Outcome: reason},
			Put(feedKey(feed), encode(rec), unmoved))
		if !conflicted(err, feedKey(feed)) {
			return err
		}
		if err := c.sync(ctx); err != nil {
			return err
		}
	}
}

// takeIn stores what an update changes. It is judged again when another
// process has taken one in meanwhile, so that no older index replaces a newer one.
func (c *Catalog) takeIn(ctx context.Context, by Principal, feed string, u *FeedUpdate) error {
	for {
		old := c.snapshot().feeds[feed]
		if err := c.believe(u, old); err != nil {
			return feedError(feed, err)
		}
		err := c.storeUpdate(ctx, by, feed, u, old)
		if !conflicted(err, feedKey(feed)) {
			return err
		}
		if err := c.sync(ctx); err != nil {
			return err
		}
	}
}

func (c *Catalog) storeUpdate(ctx context.Context, by Principal, feed string, u *FeedUpdate, old *feedRecord) error {
	unmoved := Absent()
	if old != nil {
		unmoved = At(old.rev)
	}
	if u.Unchanged {
		if old.Error == "" {
			return nil
		}
		rec := *old
		rec.Error, rec.StaleSince = "", time.Time{}
		return c.commit(ctx, AuditEntry{By: by, Action: "feed", Target: feed, Detail: "reachable again, unchanged"},
			Put(feedKey(feed), encode(rec), unmoved))
	}
	var storeErr error
	m, err := c.snapshot().merge(feed, u, func(key connector.Key) (conn connector.Connector, err error) {
		conn, _, err = get[connector.Connector](ctx, c, indexKey(feed, key))
		if errors.Is(err, ErrNotFound) {
			err = nil // deleted meanwhile: the feed's record has moved too, and all is judged again
		}
		storeErr = err
		return conn, err
	})
	if storeErr != nil {
		return storeErr
	}
	if err != nil {
		return feedError(feed, err)
	}
	rec := feedRecord{
		State: u.State, Version: u.Version, VersionSum: u.State.Digest, Expires: u.Expires,
		LoadedAt: c.opts.Clock().UTC(), Problems: m.problems,
	}
	if extra := len(rec.Problems) - maxProblems; extra > 0 {
		rec.Problems, rec.Dropped = rec.Problems[:maxProblems], extra
	}
	entry := AuditEntry{
		By: by, Action: "feed", Target: feed,
		Detail: fmt.Sprintf("%d added or changed, %d removed, %d problems", m.changed, m.removed, len(m.problems)),
	}
	err = c.commit(ctx, entry, append(m.ops, Put(feedKey(feed), encode(rec), unmoved))...)
	if errors.Is(err, ErrInvalid) || errors.Is(err, ErrStoreFull) {
		return feedError(feed, fmt.Errorf("cannot be stored: %w", err)) // it is too large: that is its own failure
	}
	return err
}

// connectorProblem makes a Problem that the catalog itself found.
func connectorProblem(feed string, key connector.Key, version string, lost connector.Loss, format string, args ...any) connector.Problem {
	return connector.Problem{
		Feed: feed, Key: string(key), Version: version, Lost: lost,
		Faults: []connector.Fault{{Reason: fmt.Sprintf(format, args...)}},
	}
}
