package governance

import "fmt"

// Change is one change of policies or assignments, to be tried out with
// Engine.Apply and Preview before it is made. Make it with Put, Delete, Assign or
// Unassign; the zero value is refused.
type Change struct {
	kind   changeKind
	policy *Policy
	id     string
	scope  Scope
	base   *int64 // the revision it is based on; nil: not stated
}

type changeKind uint8

const (
	changePut changeKind = iota + 1
	changeDelete
	changeAssign
	changeUnassign
)

// Put writes a policy. Its Revision is the one the change is based on: 0 when there
// is no such policy yet (G12). The policy is copied.
func Put(p *Policy) Change {
	c := Change{kind: changePut, policy: p.Clone(), base: new(int64)}
	if p != nil {
		c.id, *c.base = p.ID, p.Revision
	}
	return c
}

// Delete removes a policy. It is refused while the policy is assigned (G12).
func Delete(id string) Change { return Change{kind: changeDelete, id: id} }

// Assign binds a scope to a policy's ID or to NoPolicy, in the place of what is
// assigned to it. The priority of a group is that of the scope.
func Assign(s Scope, policy string) Change { return Change{kind: changeAssign, scope: s, id: policy} }

// Unassign removes what is assigned to a scope, which then inherits.
func Unassign(s Scope) Change { return Change{kind: changeUnassign, scope: s} }

// BasedOn returns the change with the revision that it is based on: that of
// the policy, or of the assignment, as it was when the change was thought out; 0 for
// none. If it is another by then, the change is refused (G12).
func (c Change) BasedOn(revision int64) Change {
	c.base = &revision
	return c
}

// String says what the change does.
func (c Change) String() string {
	switch c.kind {
	case changePut:
		return fmt.Sprintf("put policy %q", c.id)
	case changeDelete:
		return fmt.Sprintf("delete policy %q", c.id)
	case changeAssign:
		return fmt.Sprintf("assign %q to %v", c.id, c.scope)
	case changeUnassign:
		return fmt.Sprintf("unassign %v", c.scope)
	default:
		return "no change"
	}
}

// target is what two changes of one Apply must not share.
func (c Change) target() any {
	if c.kind == changePut || c.kind == changeDelete {
		return c.id
	}
	return c.scope.identity()
}
