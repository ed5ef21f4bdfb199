package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Install starts doing exactly what the plan says (P9) and returns when that
// is durable: from then on the operation ends by itself, in this process or in
// the next one to open the store (P10). A plan that no longer fits is refused
// whole, with ErrStalePlan for each item that changed, and nothing is started. An item
// that needs approval and has none is refused with ErrApprovalRequired. While a Sweep
// runs, all are refused with ErrInUse.
func (a *Admin) Install(ctx context.Context, plan *Plan) (*Operation, error) {
	const op = "install"
	if err := a.allow(ctx, op, ActionInstall, ""); err != nil {
		return nil, err
	}
	if a.cat.opts.Installer == nil {
		return nil, &Error{Op: op, Err: fmt.Errorf("Options.Installer is nil: %w", errors.ErrUnsupported)}
	}
	if plan == nil || len(plan.Items) == 0 {
		return nil, &Error{Op: op, Err: fmt.Errorf("%w: the plan is empty", ErrInvalid)}
	}
	rec := opRecord{ID: newID(), By: a.principal, At: a.cat.opts.Clock().UTC(), Items: len(plan.Items)}
	entry := AuditEntry{By: a.principal, Action: op, Target: rec.ID, Detail: describe(plan)}
	for {
		// Another process may have changed what this one has not heard of yet.
		if err := a.cat.sync(ctx); err != nil {
			return nil, &Error{Op: op, Err: err}
		}
		if err := a.recheck(ctx, plan); err != nil {
			return nil, err
		}
		unswept, err := a.cat.unswept(ctx)
		if err == nil {
			var lead *lease
			if lead, err = a.cat.commitOperation(ctx, entry, rec, append(a.cat.operationOps(rec, plan), unswept)); err == nil {
				a.cat.runner.start(rec, lead, 0)
				return &Operation{ID: rec.ID, cat: a.cat}, nil
			}
		}
		if !errors.Is(err, ErrConflict) {
			return nil, &Error{Op: op, Err: err}
		}
		// Something changed since the check: the next one says whether it matters.
	}
}

// commitOperation makes the operation durable, led by this process.
func (c *Catalog) commitOperation(ctx context.Context, entry AuditEntry, rec opRecord, ops []Op) (*lease, error) {
	now, err := c.store.Now(ctx)
	if err != nil {
		return nil, err
	}
	lead := &lease{cat: c, key: leadKey(rec.ID), op: rec.ID, expires: time.Now().Add(c.opts.Lease)}
	lead.rev, err = c.commitAt(ctx, entry, append(ops, Put(leaseKey(lead.key), lead.record(now), Absent()))...)
	return lead, err
}

// operationOps makes the operation durable, together with the checks that
// nothing it was planned on has moved, and the digests it has now seen (P15).
func (c *Catalog) operationOps(rec opRecord, plan *Plan) []Op {
	s := c.snapshot()
	ops := []Op{Put(prefixOp+rec.ID, encode(rec), Absent()), Put(prefixOpen+rec.ID, []byte("{}"), Absent())}
	for n, it := range plan.Items {
		item := itemRecord{Item: it, State: Queued, Changed: rec.At}
		ops = append(ops,
			Put(itemKey(rec.ID, n), encode(item), Absent()),
			Check(publishedKey(it.Key), atRevision(it.Base)))
		if e := s.entry(it.Key); e == nil || e.seen[it.To] == "" {
			seen := seenRecord{Digest: it.Digest, Feed: it.Feed, At: rec.At}
			ops = append(ops, Put(versioned(prefixSeen, it.Key, it.To), encode(seen), Absent()))
		}
	}
	return ops
}

// atRevision is the precondition that a record is as it was read; 0 means it
// was absent.
func atRevision(rev Revision) Precondition {
	if rev == 0 {
		return Absent()
	}
	return At(rev)
}

// describe is the plan in one line for the audit log.
func describe(p *Plan) string {
	const most = 20
	text := ""
	for i, it := range p.Items {
		if i == most {
			return text + fmt.Sprintf(" and %d more", len(p.Items)-most)
		}
		if i > 0 {
			text += ", "
		}
		text += string(it.Key) + "@" + it.To
	}
	return text
}
