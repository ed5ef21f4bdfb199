package governance

// Engine answers who may connect with what. It is immutable and safe for
// concurrent use: a change makes a new one, which shares everything that the change
// does not touch.
//
// It fails closed (G9). A nil and the zero Engine deny everything. A policy that is
// missing or has faults denies everything to those it is assigned to. An
// assignment that does not say whom it governs might be meant for anybody: it denies
// everything to everybody.
type Engine struct {
	loaded       bool
	fault        string // why everything is denied; empty: it is not
	policies     table[string, *compiled]
	tenants      table[string, *tenant]
	users        table[place, *binding]
	organization *binding
}

// tenant has the assignments of one tenant but for those of its users.
type tenant struct {
	own    *binding
	groups map[string]*binding
	users  int // how many of its users have one
}

// place is a user of a tenant.
type place struct{ tenant, user string }

// binding is an assignment in force.
type binding struct {
	Assignment
	code  Code   // why those it governs are denied everything; empty: they are not
	fault string // the same in words
}

// Update is what a store says has become of policies and assignments. Removals go
// before the rest.
type Update struct {
	Policies    []*Policy    // new or changed
	Deleted     []string     // IDs of policies
	Assignments []Assignment // new or changed
	Unassigned  []Scope
}

// Compile makes an Engine of all policies and assignments there are. It keeps
// no part of its arguments.
//
// The Engine is never nil and always safe to use: what is wrong denies (see
// Engine). The error is a connector.Faults that says all that is wrong, with pointers
// such as "/policies/3/connectors/0/match" and "/assignments/7/policy".
func Compile(policies []*Policy, assignments []Assignment) (*Engine, error) {
	return (&Engine{loaded: true}).With(Update{Policies: policies, Assignments: assignments})
}

// With returns an Engine in which the update has happened. It is for following
// a store, and like Compile never refuses; Apply is the form that refuses changes. It takes
// time for what changed, not for what exists. The error is that of Compile,
// about what the update states.
// An Engine that denies everything because of an assignment that it could not place
// stays so: read everything again and Compile.
func (e *Engine) With(u Update) (*Engine, error) {
	if e == nil || !e.loaded {
		return e, ErrNotLoaded
	}
	b := &builder{engine: *e}
	for _, id := range u.Deleted {
		b.policyEditor().remove(id)
	}
	for _, s := range u.Unassigned {
		b.bind(s, nil)
	}
	b.addPolicies(u.Policies)
	b.addAssignments(u.Assignments)
	return b.done(), b.faults.err()
}
