package governance

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// benchEngine governs a user in five groups by a policy with n rules: exact keys, a
// tenth of them publishers, and "*".
func benchEngine(tb testing.TB, n int) (*Engine, Subject, []connector.Key) {
	tb.Helper()
	p := &Policy{ID: "big"}
	var keys []connector.Key
	for i := range n - 1 {
		key := connector.Key(fmt.Sprintf("publisher-%d/connector-%d", i%97, i))
		match := version.Scope(key)
		if i%10 == 9 {
			key = connector.Key(fmt.Sprintf("acme-%d/anything-%d", i, i))
			match = version.Scope(key.Publisher() + "/*")
		}
		rule := Rule{Match: match, Effect: Enable}
		if i%3 == 0 {
			rule.Schemes = []SchemeRule{{Type: auth.Basic, Effect: Disable}, {ID: "oauth2", Effect: Enable}}
		}
		p.Connectors = append(p.Connectors, rule)
		keys = append(keys, key)
	}
	p.Connectors = append(p.Connectors, Rule{Match: version.Everything, Effect: Disable})
	keys = append(keys, "unmatched")
	assignments := []Assignment{{Scope: Tenant("acme"), Policy: "small"}, {Scope: User("acme", "somebody"), Policy: "small"}}
	s := Subject{Tenant: "acme", User: "ada.lovelace@example.com"}
	for i := range 5 {
		name := fmt.Sprintf("group-%d", i)
		s.Groups = append(s.Groups, name)
		assignments = append(assignments, Assignment{Scope: Group("acme", name).WithPriority(5 - i), Policy: "big"})
	}
	for i := range 1000 {
		assignments = append(assignments, Assignment{Scope: Tenant(fmt.Sprintf("tenant-%d", i)), Policy: "small"})
	}
	e, err := Compile([]*Policy{p, {ID: "small"}}, assignments)
	if err != nil {
		tb.Fatal(err)
	}
	return e, s, keys
}

func BenchmarkDecide(b *testing.B) {
	scheme := &auth.Scheme{ID: "oauth2", Type: auth.OAuth2Code}
	for _, n := range []int{10, 100, 1000, 10_000} {
		e, s, keys := benchEngine(b, n)
		rng := rand.New(rand.NewPCG(1, 2))
		order := make([]connector.Key, 1<<14)
		for _, skew := range []string{"even", "one", "wildcard", "publisher"} {
			for i := range order {
				switch skew {
				case "even":
					order[i] = keys[rng.IntN(len(keys))]
				case "one":
					order[i] = keys[0]
				case "wildcard":
					order[i] = connector.Key(fmt.Sprintf("nobody/knows-%d", i))
				default:
					order[i] = connector.Key(fmt.Sprintf("acme-%d/some-%d", rng.IntN(n/10)*10+9, i))
				}
			}
			b.Run(fmt.Sprintf("rules=%d/%s", n, skew), func(b *testing.B) {
				b.ReportAllocs()
				i, allowed := 0, 0
				for b.Loop() {
					if e.Decide(s, order[i&(1<<14-1)], scheme).Allowed() {
						allowed++
					}
					i++
				}
				if allowed < 0 {
					b.Fatal(allowed)
				}
			})
		}
	}
}
