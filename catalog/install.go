package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// ErrApprovalRequired refuses an upgrade that moves an origin or changes a
// scheme and was not approved (P19).
var ErrApprovalRequired = errors.New("approval required")

// Install starts doing exactly what the plan says (P9) and returns when that
// is durable: from then on the operation ends by itself, in this process or in
// the next one to open the store (P10). A plan that no longer fits is refused
// whole, with ErrStalePlan for each item that changed, and nothing is started. An item
// that needs approval and has none is refused with ErrApprovalRequired.
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
	// Another process may have changed what this one has not heard of yet.
	if err := a.cat.sync(ctx); err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	if err := a.recheck(ctx, plan); err != nil {
		return nil, err
	}
	rec := opRecord{ID: newID(), By: a.principal, At: a.cat.opts.Clock().UTC(), Items: len(plan.Items)}
	if err := a.cat.commit(ctx, AuditEntry{By: a.principal, Action: op, Target: rec.ID, Detail: describe(plan)}, a.cat.operationOps(rec, plan)...); err != nil {
		return nil, &Error{Op: op, Err: staleOnConflict(err)}
	}
	a.cat.runner.start(rec)
	return &Operation{ID: rec.ID, cat: a.cat}, nil
}

// staleOnConflict says what a conflict means to somebody who installs.
func staleOnConflict(err error) error {
	if errors.Is(err, ErrConflict) {
		return fmt.Errorf("%w: %w", ErrStalePlan, err)
	}
	return err
}

func approvalError(changes []string) error {
	return fmt.Errorf("%w: %s", ErrApprovalRequired, strings.Join(changes, "; "))
}

// recheck plans every item again and compares: whatever changed since makes
// the plan stale, and it is refused, not adapted (P9).
func (a *Admin) recheck(ctx context.Context, plan *Plan) error {
	s, now := a.cat.snapshot(), a.cat.opts.Clock()
	sel := newSelector(&a.cat.opts, s.skips, s.pins)
	var errs []error
	seen := map[connector.Key]bool{}
	for i := range plan.Items {
		it := &plan.Items[i]
		fresh, err := a.planItem(ctx, s, sel, Pick(string(it.Key), it.To), now)
		switch {
		case seen[it.Key]:
			err = fmt.Errorf("%w: in the plan twice", ErrInvalid)
		case errors.Is(err, ErrForbidden):
		case err != nil:
			err = fmt.Errorf("%w: %w", ErrStalePlan, err)
		default:
			err = it.differs(fresh)
		}
		if err == nil && it.NeedsApproval && !it.Approved {
			err = approvalError(approvable(it.Auth, it.Origins))
		}
		seen[it.Key] = true
		if err != nil {
			errs = append(errs, &Error{Op: "install", Key: string(it.Key), Err: err})
		}
	}
	return errors.Join(errs...)
}

// differs says what is no longer as planned.
func (it *PlanItem) differs(fresh *PlanItem) error {
	switch {
	case it.From != fresh.From || it.Base != fresh.Base:
		return fmt.Errorf("%w: planned from version %q (revision %d), active is %q (revision %d)", ErrStalePlan, it.From, it.Base, fresh.From, fresh.Base)
	case it.Digest != fresh.Digest:
		return fmt.Errorf("%w: planned digest %s, offered is %s", ErrStalePlan, it.Digest, fresh.Digest)
	case it.Feed != fresh.Feed:
		return fmt.Errorf("%w: planned from feed %q, offered by %q", ErrStalePlan, it.Feed, fresh.Feed)
	case !slices.Equal(it.Auth, fresh.Auth) || !slices.Equal(it.Origins, fresh.Origins) || it.NeedsApproval != fresh.NeedsApproval:
		return fmt.Errorf("%w: what needs approval changed to %s", ErrStalePlan, strings.Join(slices.Concat(fresh.Origins, fresh.Auth), "; "))
	case !slices.Equal(it.Breaking, fresh.Breaking):
		return fmt.Errorf("%w: breaking changes are not those that were planned", ErrStalePlan)
	default:
		return nil
	}
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
