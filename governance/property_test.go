package governance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// naive decides in the plainest way: it looks at everything, every time. It returns
// whether to allow, and the policy.
func naive(policies []*Policy, list []Assignment, s Subject, key connector.Key, scheme *auth.Scheme) (allow bool, policy string) {
	var winner *Assignment // G2, G3
	for _, level := range []Level{LevelUser, LevelGroup, LevelTenant, LevelOrganization} {
		for i := range list {
			a := &list[i]
			applies := a.Scope.Level == level && (level == LevelOrganization || a.Scope.Tenant == s.Tenant) &&
				(level != LevelUser || a.Scope.Subject == s.User) && (level != LevelGroup || slices.Contains(s.Groups, a.Scope.Subject))
			if applies && (winner == nil || winner.Scope.Level == level && a.Scope.Priority < winner.Scope.Priority) {
				winner = a
			}
		}
	}
	if winner == nil { // G1
		return true, ""
	}
	if winner.Policy == NoPolicy { // G2
		return true, NoPolicy
	}
	i := slices.IndexFunc(policies, func(p *Policy) bool { return p.ID == winner.Policy })
	if i < 0 { // G9
		return false, winner.Policy
	}
	p := policies[i]
	publisher, _, _ := strings.Cut(string(key), "/")
	for _, match := range []string{string(key), publisher + "/*", "*"} { // G4
		for _, r := range p.Connectors {
			if string(r.Match) != match || match == publisher+"/*" && !strings.Contains(string(key), "/") {
				continue
			}
			if r.Effect == Disable {
				return false, p.ID
			}
			for _, byID := range []bool{true, false} {
				for _, rule := range r.Schemes {
					if byID && rule.ID == scheme.ID || !byID && rule.Type == scheme.Type {
						return rule.Effect == Enable, p.ID
					}
				}
			}
			return r.SchemeDefault != Disable, p.ID
		}
	}
	return p.Default != Disable, p.ID
}

// world makes random policies and assignments, small enough to meet often.
type world struct{ *rand.Rand }

func pick[T any](w world, list ...T) T { return list[w.IntN(len(list))] }

func (w world) effect() Effect { return pick(w, Enable, Disable) }

func (w world) policy(id string) *Policy {
	p := &Policy{ID: id, Revision: int64(w.IntN(9))}
	for _, m := range []version.Scope{"*", "acme/*", "beta/*", "acme/crm", "acme", "slack", "beta/x"} {
		if w.IntN(3) > 0 {
			continue
		}
		r := Rule{Match: m, Effect: w.effect(), SchemeDefault: pick(w, "", Enable, Disable)}
		for _, s := range []SchemeRule{{ID: "oauth2"}, {ID: "basic"}, {Type: auth.Basic}, {Type: auth.OAuth2Code}, {Type: auth.APIKey}} {
			if s.Effect = w.effect(); w.IntN(3) == 0 {
				r.Schemes = append(r.Schemes, s)
			}
		}
		p.Connectors = append(p.Connectors, r)
	}
	w.Shuffle(len(p.Connectors), func(i, j int) { p.Connectors[i], p.Connectors[j] = p.Connectors[j], p.Connectors[i] })
	if !slices.ContainsFunc(p.Connectors, func(r Rule) bool { return r.Match == "*" }) {
		p.Default = pick(w, "", Enable, Disable)
	}
	return p
}

func (w world) scope() Scope {
	tenant := pick(w, "acme", "beta")
	i := w.IntN(3)
	return pick(w, Organization(), Tenant(tenant), User(tenant, pick(w, "ada", "bob")),
		Group(tenant, []string{"g0", "g1", "g2"}[i]).WithPriority([]int{2, 0, 1}[i]))
}

// TestTheEngineAgreesWithBruteForce changes a catalog's policies at random, in one Engine
// step by step, and compares every answer with the naive one and with a fresh Engine.
func TestTheEngineAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	w := world{rand.New(rand.NewPCG(seed, 0))}
	counts := map[Code]int{}
	for range 150 {
		policies, list := []*Policy{}, []Assignment{}
		e := compileAll(t, nil)
		for range 20 {
			var u Update
			switch scope, id := w.scope(), pick(w, "p", "q", "r"); w.IntN(5) {
			case 0, 1:
				p := w.policy(id)
				policies = append(slices.DeleteFunc(policies, func(o *Policy) bool { return o.ID == id }), p)
				u.Policies = []*Policy{p}
			case 2, 3:
				a := Assignment{Scope: scope, Policy: pick(w, id, id, id, NoPolicy)}
				list = append(slices.DeleteFunc(list, func(o Assignment) bool { return o.Scope.Same(scope) }), a)
				u.Assignments = []Assignment{a}
			default:
				list = slices.DeleteFunc(list, func(o Assignment) bool { return o.Scope.Same(scope) })
				u.Unassigned = []Scope{scope}
				if w.IntN(3) == 0 {
					policies = slices.DeleteFunc(policies, func(o *Policy) bool { return o.ID == id })
					u.Deleted = []string{id}
				}
			}
			before := slices.Collect(e.Assignments())
			next, _ := e.With(u) // a missing policy is told, and denies
			if !slices.Equal(before, slices.Collect(e.Assignments())) {
				t.Fatalf("%+v changed the engine before", u)
			}
			e = next
		}
		fresh, _ := Compile(policies, list)
		for range 40 {
			s := Subject{Tenant: pick(w, "acme", "beta", "other"), User: pick(w, "ada", "bob", "")}
			for _, g := range []string{"g0", "g1", "g2"} {
				if w.IntN(2) == 0 {
					s.Groups = append(s.Groups, g)
				}
			}
			w.Shuffle(len(s.Groups), func(i, j int) { s.Groups[i], s.Groups[j] = s.Groups[j], s.Groups[i] })
			key := pick(w, connector.Key("acme/crm"), "acme/x", "acme", "beta/x", "slack", "jira")
			scheme := pick(w, oauth, basic, apiKey, &auth.Scheme{ID: "basic", Type: auth.Bearer}, &auth.Scheme{ID: "other", Type: auth.Basic})
			allow, policy := naive(policies, list, s, key, scheme)
			d := e.Decide(s, key, scheme)
			counts[d.Code()]++
			if d.Allowed() != allow || d.Policy() != policy {
				t.Fatalf("%+v %s %s: allowed %t by %q, want %t by %q: %s", s, key, scheme.ID, d.Allowed(), d.Policy(), allow, policy, d)
			}
			if a, b := d.Record(), fresh.Decide(s, key, scheme).Record(); a != b {
				t.Fatalf("step by step %+v, afresh %+v", a, b)
			}
			x := e.Explain(s, key, []auth.Scheme{*scheme})
			var decides []string
			for _, c := range x.Assignments {
				if c.Decides {
					decides = append(decides, c.Policy)
				}
			}
			if x.Schemes[0] != d.Record() || fmt.Sprint(decides) != fmt.Sprint(slices.DeleteFunc([]string{policy}, func(p string) bool { return p == "" })) {
				t.Fatalf("explained as %+v: %v, decided %s", x, decides, d)
			}
		}
	}
	for _, code := range []Code{CodeUngoverned, CodeNoPolicy, CodeEnabled, CodeDefault, CodeDisabled, CodeDefaultDisabled, CodeSchemeDisabled, CodeSchemeDefault, CodeMissingPolicy} {
		if counts[code] < 20 {
			t.Errorf("%s came up %d times only: %v", code, counts[code], counts)
		}
	}
}
