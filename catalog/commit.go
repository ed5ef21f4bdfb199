package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

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
	if err != nil {
		return 0, err
	}
	// The change is durable now. Failing to read it back must not look like a
	// failed change, so the follower is left to catch up.
	if err := c.sync(ctx); err != nil {
		c.opts.Logger.WarnContext(ctx, "patchbay: cannot read back a change", "error", err)
	}
	return rev, nil
}

func (c *Catalog) append(ctx context.Context, entry AuditEntry, ops []Op) (Revision, error) {
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
		// The log comes first, so that many ops do not make it more likely to come too late.
		rev, err := c.store.Apply(ctx, slices.Concat(log, ops)...)
		var conflict *ConflictError
		switch {
		case !errors.As(err, &conflict):
			return rev, err
		case conflict.Index >= len(log):
			return 0, &ConflictError{Index: conflict.Index - len(log), Key: conflict.Key}
		case conflict.Index > 0: // the head is as it was read, and yet there is an entry after it
			return 0, fmt.Errorf("audit log is damaged: entry %d is there already", entry.Seq) // no conflict: trying again is no use
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
