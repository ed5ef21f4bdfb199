package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
)

// histChange is one change of policies or assignments, and what the model makes of it.
type histChange struct {
	text func() string
	do   func(ctx context.Context, admin *catalog.Admin) error
	// apply returns what the change is to be refused with, or makes it in the model; rev is
	// the revision that the store gave it.
	apply func(m *histModel, rev catalog.Revision) error
}

func (c histChange) String() string { return c.text() }

// put writes a policy on the revision that there is, or on another.
func (g histGen) put(m *histModel) histChange {
	p := g.policy(pick(g, "p", "q", "r"))
	p.Revision = int64(m.policies[p.ID].rev)
	if g.one(10) {
		p.Revision += pick(g, int64(1), 100)
	}
	return putChange("put", p)
}

func putChange(text string, p *governance.Policy) histChange {
	return histChange{
		text: func() string { return text + " " + describe(p) },
		do: func(ctx context.Context, admin *catalog.Admin) error {
			stored, err := admin.PutPolicy(ctx, p)
			return returned(ctx, stored, err)
		},
		apply: func(m *histModel, rev catalog.Revision) error {
			if int64(m.policies[p.ID].rev) != p.Revision {
				return governance.ErrConflict
			}
			m.policies[p.ID] = histPolicy{p, rev}
			return nil
		},
	}
}

// returned checks that what PutPolicy returns is what it stored, whatever has become of it since.
func returned(ctx context.Context, p *governance.Policy, err error) error {
	if spy, ok := ctx.Value(spyKey{}).(*spy); err == nil && (!ok || p == nil || p.Revision != int64(spy.policy)) {
		return fmt.Errorf("stored at revision %d, and returned %+v", spy.policy, p)
	}
	return err
}

// touch writes what was read with another description: its rules and its sealed secrets stay.
func (g histGen) touch() histChange {
	id := pick(g, "p", "q", "r")
	var base int64
	return histChange{
		text: func() string { return "touch " + id },
		do: func(ctx context.Context, admin *catalog.Admin) error {
			p, _ := admin.Policy(ctx, id)
			if p == nil {
				return nil // there is none, as far as this one has heard
			}
			base = p.Revision
			p.Description += "."
			stored, err := admin.PutPolicy(ctx, p)
			return returned(ctx, stored, err)
		},
		apply: func(m *histModel, rev catalog.Revision) error {
			old, ok := m.policies[id]
			switch {
			case base == 0:
				return nil
			case !ok || int64(old.rev) != base:
				return governance.ErrConflict
			}
			m.policies[id] = histPolicy{old.doc, rev}
			return nil
		},
	}
}

func (g histGen) remove(m *histModel) histChange {
	id := pick(g, "p", "q", "r")
	base := m.policies[id].rev
	if g.one(6) {
		base++
	}
	return histChange{
		text: func() string { return fmt.Sprintf("delete %s at %d", id, base) },
		do:   func(ctx context.Context, admin *catalog.Admin) error { return admin.DeletePolicy(ctx, id, int64(base)) },
		apply: func(m *histModel, _ catalog.Revision) error {
			old, ok := m.policies[id]
			switch {
			case !ok:
				return governance.ErrNotFound
			case old.rev != base:
				return governance.ErrConflict
			case slices.ContainsFunc(m.assigned, func(a histAssigned) bool { return a.policy == id }):
				return governance.ErrInUse
			}
			delete(m.policies, id)
			return nil
		},
	}
}

// refusedAs reports whether err is what a change was to be refused with; nil for made.
func refusedAs(err, want error) bool {
	if want == nil {
		return err == nil
	}
	return errors.Is(err, want)
}

// broken is a policy with a fault, in itself or beside what is published.
func (g histGen) broken(m *histModel) histChange {
	rule := governance.Rule{Match: "acme/crm", Effect: governance.Enable}
	p := &governance.Policy{ID: "p", Revision: int64(m.policies["p"].rev)}
	itself := true
	switch g.IntN(6) {
	case 0:
		rule.Effect = ""
	case 1:
		rule.Match = "acme/**"
	case 2:
		p.Default = "perhaps"
	case 3:
		p.Connectors = append(p.Connectors, rule)
	case 4:
		rule.Schemes, itself = []governance.SchemeRule{{ID: "tokens", Effect: governance.Disable}}, false
	default:
		rule.Presets, itself = []governance.Preset{{Param: "token", Value: "in the clear", Mode: governance.PresetFixed}}, false
	}
	p.Connectors = append(p.Connectors, rule)
	c := putChange("put broken", p)
	base := c.apply
	c.apply = func(m *histModel, rev catalog.Revision) error {
		if err := base(m.clone(), rev); err != nil && !itself {
			return err // nobody has looked at what is published
		}
		return catalog.ErrInvalid
	}
	return c
}
