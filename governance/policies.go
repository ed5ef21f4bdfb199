package governance

import (
	"iter"
	"maps"
	"slices"
)

// Policies iterates over copies of the policies, in the order of their IDs.
func (e *Engine) Policies() iter.Seq[*Policy] {
	return func(yield func(*Policy) bool) {
		if e == nil {
			return
		}
		ids := map[string]*compiled{}
		maps.Insert(ids, e.policies.all())
		for _, id := range slices.Sorted(maps.Keys(ids)) {
			if !yield(ids[id].policy.Clone()) {
				return
			}
		}
	}
}

// Policy returns a copy of a policy, or nil when there is none with that ID.
func (e *Engine) Policy(id string) *Policy {
	if e == nil {
		return nil
	}
	c, ok := e.policies.get(id)
	if !ok {
		return nil
	}
	return c.policy.Clone()
}
