package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// readBackTimeout bounds how long a caller waits, beyond its own deadline, to see a change that it has made.
const readBackTimeout = 3 * time.Second

// commit writes the ops and their audit entry in one atomic step, and brings the
// snapshot up to it. A *ConflictError means that one of the caller's own
// preconditions did not hold, and nothing was written; that the audit log grew meanwhile is
// dealt with here.
func (c *Catalog) commit(ctx context.Context, entry AuditEntry, ops ...Op) error {
	_, err := c.commitAt(ctx, entry, ops...)
	return err
}

// commitAt is commit and returns the revision of what it wrote.
func (c *Catalog) commitAt(ctx context.Context, entry AuditEntry, ops ...Op) (Revision, error) {
	entry.At = c.opts.Clock().UTC()
	if entry.Outcome == "" {
		entry.Outcome = outcomeOK
	}
	entry.Outcome = clipText(entry.Outcome)
	// What is hashed is what will be read back, where text that was no UTF-8 is mended.
	entry, err := storable(entry)
	if err != nil {
		return 0, err
	}
	for _, op := range ops {
		if op.Kind == OpPut && op.Value == nil {
			return 0, fmt.Errorf("%w: the record %q cannot be encoded", ErrInvalid, op.Key)
		}
	}
	rev, err := c.append(ctx, entry, ops)
	// What is kept of these records holds no more: also where nobody can tell whether they were written, and where
	// they cannot be read back now.
	c.fresh.changedOps(ops)
	if err != nil {
		return 0, err
	}
	// The change is durable now. Failing to read it back must not look like a
	// failed change, so the follower is left to catch up. But whoever was in a hurry must see it, too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readBackTimeout)
	defer cancel()
	if err := c.syncTo(ctx, rev, ops); err != nil {
		c.opts.Logger.WarnContext(ctx, "patchbay: cannot read back a change", "error", err)
	}
	return rev, nil
}

// append writes entry and ops. Where the store makes the entry's place in the chain itself, commits
// neither wait for each other here nor race with those of other processes.
func (c *Catalog) append(ctx context.Context, entry AuditEntry, ops []Op) (Revision, error) {
	store, ok := c.store.(Composer)
	if !ok {
		return c.appendInTurn(ctx, entry, ops)
	}
	rev, err := store.Compose(ctx, []string{keyAuditHead}, func(current []Record) ([]Op, error) {
		var head AuditAnchor
		if current[0].Revision != 0 {
			var err error
			if head, err = decode[AuditAnchor](current[0]); err != nil {
				return nil, fmt.Errorf("audit log: %w", err)
			}
		}
		next := entry.seal(head)
		return []Op{Put(keyAuditHead, encode(next), Any()), Put(auditKey(entry.Seq), encode(entry), Absent())}, nil
	}, ops...)
	return rev, conflictOf(err, entry.Seq)
}

// logOps is how many ops of a commit are the audit log's. They come first, so that many others do not make it
// more likely to come too late.
const logOps = 2

// conflictOf returns the error of a commit as its caller's: a conflict has the place among the caller's ops.
func conflictOf(err error, seq uint64) error {
	var conflict *ConflictError
	switch {
	case !errors.As(err, &conflict):
		return err
	case conflict.Index >= logOps:
		return &ConflictError{Index: conflict.Index - logOps, Key: conflict.Key}
	default: // the head is as it was read, and yet there is an entry after it
		return fmt.Errorf("audit log is damaged: entry %d is there already", seq) // no conflict: trying again is no use
	}
}

func (c *Catalog) appendInTurn(ctx context.Context, entry AuditEntry, ops []Op) (Revision, error) {
	if err := c.writing.take(ctx); err != nil {
		return 0, err
	}
	defer c.writing.give()
	for {
		head, at, err := get[AuditAnchor](ctx, c, keyAuditHead)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return 0, fmt.Errorf("audit log: %w", err)
		}
		next := entry.seal(head)
		log := []Op{Put(keyAuditHead, encode(next), atRevision(at)), Put(auditKey(entry.Seq), encode(entry), Absent())}
		rev, err := c.store.Apply(ctx, slices.Concat(log, ops)...)
		if !conflicted(err, keyAuditHead) {
			return rev, conflictOf(err, entry.Seq)
		}
		// Another process was quicker; ctx bounds the retries.
	}
}

// conflicted reports whether err says that a precondition on key did not
// hold.
func conflicted(err error, key string) bool {
	var conflict *ConflictError
	return errors.As(err, &conflict) && conflict.Key == key
}

// conflictedUnder is conflicted for any key under a prefix.
func conflictedUnder(err error, prefix string) bool {
	var conflict *ConflictError
	return errors.As(err, &conflict) && strings.HasPrefix(conflict.Key, prefix)
}
