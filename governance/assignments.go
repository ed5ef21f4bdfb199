package governance

import (
	"cmp"
	"iter"
	"slices"
)

// Assignments iterates over all assignments: those of the organization, then by tenant
// its own, its groups' and its users', each in the order of their names.
func (e *Engine) Assignments() iter.Seq[Assignment] {
	return func(yield func(Assignment) bool) {
		if e == nil {
			return
		}
		var all []Assignment
		for b := range e.bindings() {
			all = append(all, b.Assignment)
		}
		slices.SortFunc(all, func(a, b Assignment) int { return compareScopes(a.Scope, b.Scope) })
		for _, a := range all {
			if !yield(a) {
				return
			}
		}
	}
}

// Assignment returns what is assigned to a scope, whatever its priority.
func (e *Engine) Assignment(s Scope) (a Assignment, ok bool) {
	if b := e.binding(s); b != nil {
		return b.Assignment, true
	}
	return Assignment{}, false
}

// bindings iterates over all bindings in no order.
func (e *Engine) bindings() iter.Seq[*binding] {
	return func(yield func(*binding) bool) {
		if e.organization != nil && !yield(e.organization) {
			return
		}
		for _, t := range e.tenants.all() {
			if t.own != nil && !yield(t.own) {
				return
			}
			for _, b := range t.groups {
				if !yield(b) {
					return
				}
			}
		}
		for _, b := range e.users.all() {
			if !yield(b) {
				return
			}
		}
	}
}

// binding returns what is in force for exactly a scope, nil for nothing.
func (e *Engine) binding(s Scope) *binding {
	if e == nil {
		return nil
	}
	switch t, _ := e.tenants.get(s.Tenant); s.Level {
	case LevelUser:
		b, _ := e.users.get(place{s.Tenant, s.Subject})
		return b
	case LevelGroup:
		if t != nil {
			return t.groups[s.Subject]
		}
	case LevelTenant:
		if t != nil {
			return t.own
		}
	case LevelOrganization:
		return e.organization
	}
	return nil
}

// compareScopes orders scopes from the widest to the narrowest within a tenant, and
// then by name.
func compareScopes(a, b Scope) int {
	return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Level.width(), b.Level.width()),
		cmp.Compare(a.Subject, b.Subject))
}

// width orders levels, the organization first.
func (l Level) width() int {
	switch l {
	case LevelOrganization:
		return 0
	case LevelTenant:
		return 1
	case LevelGroup:
		return 2
	default:
		return 3
	}
}
