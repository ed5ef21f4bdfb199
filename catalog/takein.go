package catalog

import (
	"bytes"
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
const maxProblems = 1000

// believe holds an update against the high-water mark and its own expiry.
func (c *Catalog) believe(u *FeedUpdate, rec *feedRecord) error {
	now := c.opts.Clock()
	if u.Unchanged && rec == nil {
		return errors.New("feed says unchanged, but what was read of it is gone")
	}
	if _, err := u.Expires.MarshalJSON(); err != nil {
		return fmt.Errorf("feed is broken: its expiry cannot be stored: %w", err)
	}
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
	if u.Unchanged {
		return c.storeUnchanged(ctx, by, feed, *old)
	}
	var storeErr error
	m, err := c.snapshot().merge(feed, u, func(feed string, key connector.Key) (conn connector.Connector, err error) {
		// What was deleted meanwhile has moved the feed's record too, and all is judged again.
		conn, storeErr = c.offered(ctx, feed, key)
		return conn, storeErr
	})
	if storeErr != nil {
		return storeErr
	}
	if err != nil {
		return feedError(feed, err)
	}
	if old == nil {
		old = &feedRecord{}
	}
	rec := feedRecord{
		State: u.State, Version: u.Version, VersionSum: u.State.Digest, Expires: u.Expires,
		LoadedAt: old.LoadedAt, Problems: m.problems,
	}
	if extra := len(rec.Problems) - maxProblems; extra > 0 {
		rec.Problems, rec.Dropped = rec.Problems[:maxProblems], extra
	}
	if len(m.ops) == 0 && old.rev != 0 && bytes.Equal(encode(rec), encode(old)) {
		return nil // the very same again
	}
	rec.LoadedAt = c.opts.Clock().UTC()
	entry := AuditEntry{
		By: by, Action: "feed", Target: feed,
		Detail: fmt.Sprintf("%d added or changed, %d removed, %d problems", m.changed, m.removed, len(m.problems)),
	}
	err = c.commit(ctx, entry, append(m.ops, Put(feedKey(feed), encode(rec), atRevision(old.rev)))...)
	if errors.Is(err, ErrInvalid) || errors.Is(err, ErrStoreFull) {
		return feedError(feed, fmt.Errorf("cannot be stored: %w", err)) // it is too large: that is its own failure
	}
	return err
}

// storeUnchanged stores that a feed which had failed is as it was before.
func (c *Catalog) storeUnchanged(ctx context.Context, by Principal, feed string, rec feedRecord) error {
	if rec.Error == "" {
		return nil
	}
	rec.Error, rec.StaleSince = "", time.Time{}
	return c.commit(ctx, AuditEntry{By: by, Action: "feed", Target: feed, Detail: "reachable again, unchanged"},
		Put(feedKey(feed), encode(rec), At(rec.rev)))
}

// connectorProblem makes a Problem that the catalog itself found.
func connectorProblem(feed string, key connector.Key, version string, lost connector.Loss, format string, args ...any) connector.Problem {
	return connector.Problem{
		Feed: feed, Key: string(key), Version: version, Lost: lost,
		Faults: []connector.Fault{{Reason: fmt.Sprintf(format, args...)}},
	}
}
