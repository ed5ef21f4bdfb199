package governance

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// Explanation is everything that led to the decisions on one connector for one
// subject (G8). It is plain data, to be shown.
type Explanation struct {
	Tenant string        `json:"tenant"`
	User   string        `json:"user,omitempty"`
	Groups []string      `json:"groups,omitempty"`
	Key    connector.Key `json:"key"`
	// Assignments are all that apply to the subject, in the order of precedence.
	Assignments []Claim `json:"assignments,omitempty"`
	// Connector is the decision on the connector as a whole.
	Connector Record `json:"connector"`
	// Schemes are the decisions on its schemes, in their order.
	Schemes []Record `json:"schemes,omitempty"`
}

// Claim is an assignment that applies to a subject.
type Claim struct {
	Scope    Scope  `json:"scope"`
	Policy   string `json:"policy"`             // its ID, or NoPolicy
	Revision int64  `json:"revision,omitempty"` // of the policy; 0 when it is missing
	Decides  bool   `json:"decides"`            // at most one does
	Why      string `json:"why"`                // why it decides, or does not
}

// Explain returns every assignment that applies to a subject, which of them
// decides, and the decision on the connector and on each of its schemes (G8).
// They are those of DecideConnector and Decide.
func (e *Engine) Explain(s Subject, key connector.Key, schemes []auth.Scheme) *Explanation {
	x := &Explanation{
		Tenant: s.Tenant, User: s.User, Groups: slices.Clone(s.Groups), Key: key,
		Assignments: e.claims(&s),
		Connector:   e.DecideConnector(s, key).Record(),
	}
	for i := range schemes {
		x.Schemes = append(x.Schemes, e.Decide(s, key, &schemes[i]).Record())
	}
	return x
}

// claims lists the assignments that apply, in the order of precedence.
func (e *Engine) claims(s *Subject) []Claim {
	r := e.govern(s)
	if s.Tenant == "" {
		return nil
	}
	var claims []Claim
	for _, b := range e.applying(s) {
		c := Claim{Scope: b.Scope, Policy: b.Policy, Decides: b == r.binding && r.code != CodeAmbiguous}
		if p, ok := e.policies.get(b.Policy); ok {
			c.Revision = p.policy.Revision
		}
		c.Why = whyClaim(b, r, c.Decides)
		claims = append(claims, c)
	}
	return claims
}

// applying returns the assignments that apply to a subject, in the order of precedence.
func (e *Engine) applying(s *Subject) []*binding {
	scopes := []Scope{User(s.Tenant, s.User)}
	for _, g := range slices.Compact(slices.Sorted(slices.Values(s.Groups))) {
		scopes = append(scopes, Group(s.Tenant, g))
	}
	scopes = append(scopes, Tenant(s.Tenant), Organization())
	var found []*binding
	for _, scope := range scopes {
		if b := e.binding(scope); b != nil {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b *binding) int {
		return cmp.Or(-cmp.Compare(a.Scope.Level.width(), b.Scope.Level.width()),
			cmp.Compare(a.Scope.Priority, b.Scope.Priority))
	})
	return found
}

// whyClaim says why an assignment decides, or does not.
func whyClaim(b *binding, r ruling, decides bool) string {
	level := b.Scope.Level
	switch w := r.binding; {
	case w == nil:
		return "nothing decides: the policies could not be loaded"
	case decides && level == LevelGroup:
		return fmt.Sprintf("it decides: of the user's groups, this has the lowest priority number, %d", b.Scope.Priority)
	case decides:
		return fmt.Sprintf("it decides: nothing is assigned at a level before %s", level)
	case r.code == CodeAmbiguous && b.Scope.Level == w.Scope.Level && b.Scope.Priority == w.Scope.Priority:
		return "it cannot decide: " + r.note
	case level == w.Scope.Level:
		return fmt.Sprintf("priority %d comes after %d of %v", b.Scope.Priority, w.Scope.Priority, w.Scope)
	default:
		return fmt.Sprintf("level %s comes after level %s", level, w.Scope.Level)
	}
}
