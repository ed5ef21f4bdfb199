package governance

import (
	"fmt"
	"iter"

	"github.com/patchbay/patchbay/connector"
)

// NoPolicy is assigned in the place of a policy's ID and means ungoverned: whoever it
// is assigned to may use everything, whatever is assigned at lower levels (G2). It is no
// valid ID.
const NoPolicy = "(none)"

// Assignment binds a scope to a policy. A scope has at most one. No assignment
// means to inherit from the next level (G2).
type Assignment struct {
	Scope Scope `json:"scope"`
	// Policy is a Policy's ID or NoPolicy. There is no zero value, so that a
	// forgotten one never means ungoverned.
	Policy string `json:"policy"`
	// Revision is that of the stored assignment. The store sets it.
	Revision int64 `json:"revision,omitempty"`
}

// Validate returns everything that is wrong with the assignment, in the order of
// its fields, or nil. Whether the policy exists, it does not know.
func (a Assignment) Validate() []connector.Fault {
	var f findings
	a.check(&f, "")
	return f.faults()
}

func (a Assignment) check(f *findings, at string) {
	f.scope(at+"/scope", a.Scope)
	if a.Policy != NoPolicy {
		f.add(at+"/policy", policyIDReason(a.Policy))
	}
	if a.Revision < 0 {
		f.add(at+"/revision", "it is negative")
	}
}

// CheckAssign returns an error when a may not be put beside existing: a is
// invalid (connector.Faults), or it is for a group and another group of the same
// tenant has the same priority (ErrEqualPriority, G3). An existing assignment of
// the same scope does not count: a replaces it.
func CheckAssign(existing iter.Seq[Assignment], a Assignment) error {
	if faults := a.Validate(); faults != nil {
		return connector.Faults(faults)
	}
	if a.Scope.Level != LevelGroup {
		return nil
	}
	for other := range existing {
		if collide(a.Scope, other.Scope) {
			return fmt.Errorf("%w: %v has priority %d already", ErrEqualPriority, other.Scope, a.Scope.Priority)
		}
	}
	return nil
}

// collide reports whether two groups would have an equal claim on a user in both.
func collide(a, b Scope) bool {
	return a.Level == LevelGroup && b.Level == LevelGroup && a.Tenant == b.Tenant &&
		a.Priority == b.Priority && a.Subject != b.Subject
}
