package catalog

import (
	"github.com/patchbay/patchbay/governance"
)

// ungoverned is the engine of a catalog without policies (G1).
func ungoverned() *governance.Engine {
	engine, err := governance.Compile(nil, nil)
	if err != nil {
		return nil // which denies everything (G9)
	}
	return engine
}

func (d *draft) applyPolicy(c Change, id string) {
	d.events = append(d.events, Event{Kind: EventPolicy, ID: id})
	if c.Deleted {
		d.policy.Deleted = append(d.policy.Deleted, id)
		return
	}
	p, err := governance.ParsePolicy(c.Value)
	if err != nil || p.ID != id {
		// What cannot be read denies those it is assigned to (G9); it must not
		// keep the catalog from following the store.
		p = &governance.Policy{ID: id, Default: "damaged"}
	}
	p.Revision = int64(c.Revision)
	d.policy.Policies = append(d.policy.Policies, p)
}

func (d *draft) applyAssignment(c Change) error {
	d.events = append(d.events, Event{Kind: EventPolicy})
	if c.Deleted {
		scope, err := assignScope(c.Key)
		d.policy.Unassigned = append(d.policy.Unassigned, scope)
		return err
	}
	a, err := decode[governance.Assignment](c.Record)
	if err != nil {
		return err
	}
	a.Revision = int64(c.Revision)
	d.policy.Assignments = append(d.policy.Assignments, a)
	return nil
}

// finishGovernance takes the changed policies and assignments into the engine.
// An error of it is about what they say, and denies those concerned (G9); it is shown
// by every decision, so following the store goes on.
func (d *draft) finishGovernance() {
	u := d.policy
	if len(u.Policies)+len(u.Deleted)+len(u.Assignments)+len(u.Unassigned) == 0 {
		return
	}
	engine, err := d.engine.With(u)
	if err != nil {
		d.faulty = err
	}
	d.engine = engine
}
