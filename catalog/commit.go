package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// commit writes the ops and their audit entry in one atomic step, and brings the
// snapshot up to it. A *ConflictError means that one of the caller's own
// preconditions did not hold, and nothing was written; that the audit log grew meanwhile is
// dealt with here.
func (c *Catalog) commit(ctx context.Context, entry AuditEntry, ops ...Op) error {
	entry.At = c.opts.Clock().UTC()
	if entry.Outcome == "" {
		entry.Outcome = outcomeOK
	}
	entry.Outcome = clipText(entry.Outcome)
	// What is hashed is what will be read back, where text that was no UTF-8 is mended.
	entry, err := storable(entry)
	if err != nil {
		return err
	}
	if err := c.append(ctx, entry, ops); err != nil {
		return err
	}
	// The change is durable now. Failing to read it back must not look like a
	// failed change, so the follower is left to catch up.
	if err := c.sync(ctx); err != nil {
		c.opts.Logger.WarnContext(ctx, "patchbay: cannot read back a change", "error", err)
	}
	return nil
}

func (c *Catalog) append(ctx context.Context, entry AuditEntry, ops []Op) error {
	if err := c.writing.take(ctx); err != nil {
		return err
	}
	defer c.writing.give()
	for {
		head, rev, err := get[auditHead](ctx, c, keyAuditHead)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("audit log: %w", err)
		}
		at := Absent()
		if rev != 0 {
			at = At(rev)
		}
		next := entry.seal(head)
		log := []Op{Put(keyAuditHead, encode(next), at), Put(auditKey(entry.Seq), encode(entry), Absent())}
		_, err = c.store.Apply(ctx, slices.Concat(ops, log)...)
		var conflict *ConflictError
		switch {
		case !errors.As(err, &conflict) || conflict.Index < len(ops):
			return err
		case conflict.Index > len(ops): // the head is as it was read, and yet there is an entry after it
			return fmt.Errorf("audit log is damaged: %w", err)
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
