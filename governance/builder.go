package governance

import "maps"

// builder makes a changed copy of an Engine. What it does not touch is shared.
type builder struct {
	engine   Engine
	policies *editor[string, *compiled] // nil: none has changed
	users    *editor[place, *binding]
	tenants  map[string]*tenant // copies of those that have changed
	faults   findings
}

func (b *builder) policyEditor() *editor[string, *compiled] {
	if b.policies == nil {
		b.policies = b.engine.policies.edit()
	}
	return b.policies
}

// policy looks a policy up as it will be.
func (b *builder) policy(id string) (*compiled, bool) {
	if b.policies != nil {
		return b.policies.table.get(id)
	}
	return b.engine.policies.get(id)
}

// tenant returns a tenant's own copy.
func (b *builder) tenant(name string) *tenant {
	if t := b.tenants[name]; t != nil {
		return t
	}
	t := &tenant{}
	if old, ok := b.engine.tenants.get(name); ok {
		t = &tenant{own: old.own, groups: maps.Clone(old.groups), users: old.users}
	}
	if b.tenants == nil {
		b.tenants = map[string]*tenant{}
	}
	b.tenants[name] = t
	return t
}

// bind puts a binding in force, or with nil ends the one there is. A scope that
// nobody can place is passed over.
func (b *builder) bind(s Scope, bound *binding) {
	switch s.Level {
	case LevelUser:
		b.bindUser(place{s.Tenant, s.Subject}, bound)
	case LevelGroup:
		t := b.tenant(s.Tenant)
		if bound == nil {
			delete(t.groups, s.Subject)
			return
		}
		if t.groups == nil {
			t.groups = map[string]*binding{}
		}
		t.groups[s.Subject] = bound
	case LevelTenant:
		b.tenant(s.Tenant).own = bound
	case LevelOrganization:
		b.engine.organization = bound
	}
}

func (b *builder) bindUser(at place, bound *binding) {
	if b.users == nil {
		b.users = b.engine.users.edit()
	}
	t := b.tenant(at.tenant)
	if _, had := b.users.table.get(at); had {
		t.users--
	}
	if bound == nil {
		b.users.remove(at)
		return
	}
	b.users.set(at, bound)
	t.users++
}

// done returns the changed Engine.
func (b *builder) done() *Engine {
	if b.policies != nil {
		b.engine.policies = b.policies.table
	}
	if b.users != nil {
		b.engine.users = b.users.table
	}
	if len(b.tenants) > 0 {
		tenants := b.engine.tenants.edit()
		for name, t := range b.tenants {
			if t.own == nil && len(t.groups) == 0 && t.users == 0 {
				tenants.remove(name)
			} else {
				tenants.set(name, t)
			}
		}
		b.engine.tenants = tenants.table
	}
	return &b.engine
}
