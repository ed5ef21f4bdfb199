package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// recheck plans every item again and compares: whatever changed since makes
// the plan stale, and it is refused, not adapted (P9).
func (a *Admin) recheck(ctx context.Context, plan *Plan) error {
	s, now := a.cat.snapshot(), a.cat.opts.Clock().UTC()
	if n := s.entries.Len(); len(plan.Items) > n {
		return &Error{Op: "install", Err: fmt.Errorf("%w: it has %d items, and %d connectors are known", ErrStalePlan, len(plan.Items), n)}
	}
	sel := newSelector(&a.cat.opts, s.skips, s.pins)
	var errs []error
	seen := map[connector.Key]bool{}
	for i := range plan.Items {
		it := &plan.Items[i]
		err := fmt.Errorf("%w: in the plan twice", ErrInvalid)
		if !seen[it.Key] {
			err = a.recheckItem(ctx, s, sel, it, now)
		}
		seen[it.Key] = true
		if err != nil {
			errs = append(errs, &Error{Op: "install", Key: string(it.Key), Err: err})
		}
	}
	return errors.Join(errs...)
}

func (a *Admin) recheckItem(ctx context.Context, s *snapshot, sel *selector, it *PlanItem, now time.Time) error {
	fresh, err := a.planItem(ctx, s, sel, Pick(string(it.Key), it.To), now)
	switch {
	case errors.Is(err, ErrForbidden), ctx.Err() != nil:
	case err != nil:
		err = fmt.Errorf("%w: %w", ErrStalePlan, err)
	default:
		err = it.differs(fresh)
	}
	if err == nil && it.NeedsApproval && !it.Approved {
		err = approvalError(approvable(it.Auth, it.Origins))
	}
	return err
}

// differs says what is not, or no longer, as planned.
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
	}
	if other := it.changed(fresh); len(other) > 0 {
		return fmt.Errorf("%w: not as planned: %s", ErrStalePlan, strings.Join(other, ", "))
	}
	return nil
}

// changed names every field that is not the same, but for Approved, as the plan's
// JSON does.
func (it *PlanItem) changed(fresh *PlanItem) []string {
	mine := *it
	mine.Approved = fresh.Approved
	a, b := fields(&mine), fields(fresh)
	var names []string
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			names = append(names, name)
		}
		delete(b, name)
	}
	names = slices.AppendSeq(names, maps.Keys(b))
	slices.Sort(names)
	return names
}

func fields(it *PlanItem) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(encode(it), &m); err != nil {
		return nil // encode returns an object
	}
	return m
}
