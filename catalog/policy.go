package catalog

import (
	"context"
	"fmt"
	"iter"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// PutPolicy writes a policy and returns it as it is stored, with its new
// Revision. p.Revision is the one it is based on, 0 for a new policy; if the policy has
// another by then, nothing is written and the error wraps governance.ErrConflict (G12).
// Faults are reported all at once, as connector.Faults. It binds when PutPolicy
// returns: from then on no connection is made under the old one (G6), and none that
// exists is touched (G5).
//
// New secrets among the presets are sealed with Options.Keys (G11); without
// keys they are refused with auth.ErrNoKey.
func (a *Admin) PutPolicy(ctx context.Context, p *governance.Policy) (*governance.Policy, error) {
	if p == nil {
		return nil, &Error{Op: "put policy", Err: fmt.Errorf("%w: no policy", ErrInvalid)}
	}
	p = p.Clone()
	var stored *governance.Policy
	rev, err := a.govern(ctx, governed{
		action: "put policy", target: p.ID, change: governance.Put(p),
		ops: func(ctx context.Context, s *snapshot) ([]Op, error) {
			if err := s.checkPolicy(p); err != nil {
				return nil, err
			}
			var err error
			if stored, err = p.Seal(s.engine.Policy(p.ID), a.cat.sealPreset(ctx)); err != nil {
				return nil, err
			}
			stored.Revision = 0 // that of the record counts
			return []Op{Put(policyKey(p.ID), encode(stored), atRevision(Revision(p.Revision)))}, nil
		},
	})
	if err != nil {
		return nil, err
	}
	if now := a.cat.snapshot().engine.Policy(p.ID); now != nil && now.Revision == int64(rev) {
		return now, nil
	}
	stored.Revision = int64(rev) // somebody else has changed or deleted it since
	return stored, nil
}

// checkPolicy holds the rules for published connectors against their schemes:
// a secret written in the clear must not be stored.
func (s *snapshot) checkPolicy(p *governance.Policy) error {
	var faults connector.Faults
	for e := range s.all() {
		if e.pub != nil {
			faults = append(faults, p.Check(e.key, e.schemes())...)
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// DeletePolicy removes a policy. revision is the one the decision is based on.
// It is refused with governance.ErrInUse while the policy is assigned, and with
// governance.ErrConflict if the policy has another revision (G12).
func (a *Admin) DeletePolicy(ctx context.Context, id string, revision int64) error {
	_, err := a.govern(ctx, governed{
		action: "delete policy", target: id, change: governance.Delete(id).BasedOn(revision),
		ops: func(context.Context, *snapshot) ([]Op, error) {
			return []Op{Delete(policyKey(id), At(Revision(revision)))}, nil
		},
	})
	return err
}

// Policy returns a policy, with secrets as opaque references, or an error
// wrapping ErrNotFound.
func (a *Admin) Policy(ctx context.Context, id string) (*governance.Policy, error) {
	const op = "get policy"
	if err := a.allowOn(ctx, op, ActionManage, "", id); err != nil {
		return nil, err
	}
	if p := a.cat.snapshot().engine.Policy(id); p != nil {
		return p, nil
	}
	return nil, &Error{Op: op, Key: id, Err: ErrNotFound}
}

// Policies lists all policies by id.
func (a *Admin) Policies(ctx context.Context) iter.Seq2[*governance.Policy, error] {
	return func(yield func(*governance.Policy, error) bool) {
		if err := a.allow(ctx, "list policies", ActionManage, ""); err != nil {
			yield(nil, err)
			return
		}
		for p := range a.cat.snapshot().engine.Policies() {
			if !yield(p, nil) {
				return
			}
		}
	}
}
