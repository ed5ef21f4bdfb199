package catalog_test

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
)

func (g histGen) scope() governance.Scope {
	tenant := pick(g, "acme", "acme", "other")
	switch g.IntN(6) {
	case 0:
		return governance.Organization()
	case 1, 2:
		return governance.Tenant(tenant)
	case 3:
		return governance.User(tenant, pick(g, "vic", "wim"))
	default:
		return governance.Group(tenant, pick(g, "staff", "night")).WithPriority(g.IntN(3))
	}
}

func (g histGen) assign(m *histModel) histChange {
	s, id := g.scope(), pick(g, slices.Sorted(maps.Keys(m.policies))...)
	if g.one(6) {
		id = pick(g, "p", "q", "r", governance.NoPolicy, governance.NoPolicy)
	}
	return histChange{
		text: func() string { return fmt.Sprintf("assign %s to %v, priority %d", id, s, s.Priority) },
		do: func(ctx context.Context, admin *catalog.Admin) error {
			assigned, err := admin.Assign(ctx, s, id)
			if err == nil && (assigned.Policy != id || assigned.Scope != s) {
				return fmt.Errorf("%v was assigned, and %v returned", s, assigned)
			}
			return err
		},
		apply: func(m *histModel, _ catalog.Revision) error {
			if _, ok := m.policies[id]; !ok && id != "(none)" {
				return governance.ErrNotFound
			}
			at := m.at(s)
			for i, a := range m.assigned {
				if i != at && s.Level == "group" && a.scope.Level == "group" && a.scope.Tenant == s.Tenant && a.scope.Priority == s.Priority {
					return governance.ErrEqualPriority
				}
			}
			if at < 0 {
				m.assigned = append(m.assigned, histAssigned{s, id})
			} else {
				m.assigned[at] = histAssigned{s, id}
			}
			return nil
		},
	}
}

func (g histGen) unassign() histChange {
	s := g.scope()
	return histChange{
		text: func() string { return fmt.Sprintf("unassign %v", s) },
		do:   func(ctx context.Context, admin *catalog.Admin) error { return admin.Unassign(ctx, s) },
		apply: func(m *histModel, _ catalog.Revision) error {
			at := m.at(s)
			if at < 0 {
				return governance.ErrNotFound
			}
			m.assigned = slices.Delete(m.assigned, at, at+1)
			return nil
		},
	}
}
