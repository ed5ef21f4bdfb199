package catalog

import (
	"context"
	"fmt"
	"iter"

	"github.com/patchbay/patchbay/governance"
)

// Assign binds a user, group, tenant or the organization to a policy's ID, or
// to governance.NoPolicy, in the place of what was assigned before. It is
// refused with ErrNotFound when there is no such policy, and with
// governance.ErrEqualPriority when another group of the tenant has the same
// priority (G3). It binds when Assign returns (G6).
func (a *Admin) Assign(ctx context.Context, scope governance.Scope, policy string) (governance.Assignment, error) {
	rev, err := a.govern(ctx, governed{
		action: "assign", target: policy, change: governance.Assign(scope, policy),
		ops: func(context.Context, *snapshot) ([]Op, error) {
			if len(assignKey(scope)) > MaxStoreKey {
				return nil, fmt.Errorf("%w: the names of the scope are too long", ErrInvalid)
			}
			return []Op{Put(assignKey(scope), encode(governance.Assignment{Scope: scope, Policy: policy}), Any())}, nil
		},
	})
	if err != nil {
		return governance.Assignment{}, err
	}
	return governance.Assignment{Scope: scope, Policy: policy, Revision: int64(rev)}, nil
}

// Unassign removes what is assigned to a scope, which then inherits (G2). It is
// refused with ErrNotFound when nothing is.
func (a *Admin) Unassign(ctx context.Context, scope governance.Scope) error {
	_, err := a.govern(ctx, governed{
		action: "unassign", target: scope.String(), change: governance.Unassign(scope),
		ops: func(context.Context, *snapshot) ([]Op, error) {
			return []Op{Delete(assignKey(scope), Any())}, nil
		},
	})
	return err
}

// Assignments lists all assignments: those of the organization, then by
// tenant its own, its groups' and its users'.
func (a *Admin) Assignments(ctx context.Context) iter.Seq2[governance.Assignment, error] {
	return func(yield func(governance.Assignment, error) bool) {
		if err := a.allow(ctx, "list assignments", ActionManage, ""); err != nil {
			yield(governance.Assignment{}, err)
			return
		}
		for as := range a.cat.snapshot().engine.Assignments() {
			if !yield(as, nil) {
				return
			}
		}
	}
}
