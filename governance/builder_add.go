package governance

import (
	"fmt"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/connector"
)

func (b *builder) addPolicies(policies []*Policy) {
	first := make(map[string]int, len(policies))
	for i, p := range policies {
		at := element("/policies", i)
		b.faults.under(at, p.Validate())
		if p == nil {
			continue
		}
		c := compile(p)
		if j, twice := first[p.ID]; twice {
			b.faults.addf(at+"/id", "%s is the id of %s too", quote(p.ID), element("/policies", j))
			c.fault = "the id is stated twice"
		} else {
			first[p.ID] = i
		}
		b.policyEditor().set(p.ID, c)
	}
}

func (b *builder) addAssignments(assignments []Assignment) {
	first := make(map[Scope]int, len(assignments))
	for i, a := range assignments {
		at := element("/assignments", i)
		var whom, all findings
		if whom.whom(at+"/scope", a.Scope); len(whom.list) > 0 && b.engine.fault == "" {
			b.engine.fault = connector.Faults(whom.list[:1]).Error()
		}
		a.check(&all, at)
		bound := &binding{Assignment: a}
		if len(all.list) > 0 {
			bound.code, bound.fault = CodeInvalidAssignment, connector.Faults(all.list[:1]).Error()
			b.faults.under("", all.list)
		}
		if j, twice := first[a.Scope.identity()]; twice {
			b.faults.addf(at+"/scope", "%v is assigned at %s already", a.Scope, element("/assignments", j))
			bound.code, bound.fault = CodeAmbiguous, fmt.Sprintf("%v is assigned twice", a.Scope)
		} else {
			first[a.Scope.identity()] = i
		}
		if b.bind(a.Scope, bound); a.Policy == NoPolicy || policyIDReason(a.Policy) != "" {
			continue
		}
		if _, ok := b.policy(a.Policy); !ok {
			b.faults.addf(at+"/policy", "there is no policy %s", quote(a.Policy))
		}
	}
	for _, t := range b.tenants {
		b.equalPriorities(t)
	}
}

// equalPriorities notes groups of a tenant that have an equal claim. A user in one
// of them only is governed all the same.
func (b *builder) equalPriorities(t *tenant) {
	byPriority := make(map[int]Scope, len(t.groups))
	for _, name := range slices.Sorted(maps.Keys(t.groups)) {
		s := t.groups[name].Scope
		if other, taken := byPriority[s.Priority]; taken {
			b.faults.addf("/assignments", "%v and %v have priority %d both", other, s, s.Priority)
		}
		byPriority[s.Priority] = s
	}
}
