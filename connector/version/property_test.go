package version_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// world is a random input of Select, with every range beside a predicate that
// was made by hand, not parsed.
type world struct {
	releases   []connector.Release
	installed  string
	rules      version.Rules
	constraint func(string) bool
	exact      string // what the constraint names
	skips      []func(string) bool
	pin        func(string) bool
	hostMeets  map[string]bool // by Requires
}

// bruteForce is the whole of P6 to P8 in a few lines: the newest release that
// nothing speaks against.
func (w *world) bruteForce() string {
	best := ""
	for _, r := range w.releases {
		v := r.Version
		named := v == w.exact
		skipped := slices.ContainsFunc(w.skips, func(covers func(string) bool) bool { return covers(v) })
		preview := r.Stage == connector.Preview || isPrerelease(v)
		if skipped || !w.pin(v) || r.Yanked != "" || r.Requires != "" && !w.hostMeets[r.Requires] || w.rules.Policy(version.Candidate{Version: v}) != nil ||
			!w.constraint(v) || !named && (r.Deprecated != "" || preview && !w.rules.Preview) {
			continue
		}
		if best == "" || naiveCompare(v, best) > 0 {
			best = v
		}
	}
	return best
}

func randomVersion(r *rand.Rand) string {
	v := fmt.Sprintf("%d.%d.%d", r.IntN(3), r.IntN(3), r.IntN(12))
	switch r.IntN(8) {
	case 0:
		v += fmt.Sprintf("-rc.%d", r.IntN(12))
	case 1:
		v += []string{"-a", "-0", "-a.b", "-rc", "-99999999999999999999", "-100000000000000000000"}[r.IntN(6)]
	}
	if r.IntN(5) == 0 {
		v += []string{"+a", "+b", "+10", "+9"}[r.IntN(4)]
	}
	return v
}

// randomRange returns a range as text and as a predicate.
func randomRange(r *rand.Rand) (string, func(string) bool) {
	v := randomVersion(r)
	plain, _, _ := strings.Cut(v, "+")
	cmp := func(x string) int { return naivePrecedence(x, plain) }
	var core [3]int
	_, _ = fmt.Sscanf(v, "%d.%d.%d", &core[0], &core[1], &core[2])
	same := func(x string, n int) bool {
		var c [3]int
		_, _ = fmt.Sscanf(x, "%d.%d.%d", &c[0], &c[1], &c[2])
		return slices.Equal(c[:n], core[:n])
	}
	zeros := fmt.Sprintf("%d.%d.0", core[0], core[1])
	switch r.IntN(11) {
	case 0:
		return v, func(x string) bool { return x == v }
	case 1:
		return "= " + v, func(x string) bool { return x == v }
	case 2:
		return "<" + plain, func(x string) bool { return cmp(x) < 0 }
	case 3:
		return "<=" + plain, func(x string) bool { return cmp(x) <= 0 }
	case 4:
		return ">" + plain, func(x string) bool { return cmp(x) > 0 }
	case 5:
		return ">= " + plain, func(x string) bool { return cmp(x) >= 0 }
	case 6:
		return "~" + plain, func(x string) bool { return cmp(x) >= 0 && same(x, 2) }
	case 7:
		n := 1
		for n < 3 && core[n-1] == 0 {
			n++
		}
		return "^" + plain, func(x string) bool { return cmp(x) >= 0 && same(x, n) }
	case 8:
		return fmt.Sprintf("%d.%d.x", core[0], core[1]), func(x string) bool { return same(x, 2) && naivePrecedence(x, zeros) >= 0 }
	case 9:
		a, inA := randomRange(r)
		b, inB := randomRange(r)
		return a + " || " + b, func(x string) bool { return inA(x) || inB(x) }
	default:
		w, _, _ := strings.Cut(randomVersion(r), "+")
		if naivePrecedence(w, plain) < 0 {
			return fmt.Sprintf("%s - %s", w, plain), func(x string) bool { return naivePrecedence(x, w) >= 0 && cmp(x) <= 0 }
		}
		return fmt.Sprintf("%s - %s", plain, w), func(x string) bool { return cmp(x) >= 0 && naivePrecedence(x, w) <= 0 }
	}
}

// satisfiable tells the few ranges that no version can be in, which are refused.
func satisfiable(text string) bool {
	_, err := version.ParseRange(text)
	return err == nil || !strings.Contains(err.Error(), "no version can be in")
}

func randomWorld(r *rand.Rand) *world {
	always := func(string) bool { return true }
	w := &world{constraint: always, pin: always, hostMeets: map[string]bool{"*": true, "^2": false, "1.5 - 3": true, "soon": false}}
	now := time.Unix(1000, 0)
	requires := []string{"", "", "", "*", "^2", "1.5 - 3", "soon"}
	seen := map[string]bool{}
	for range r.IntN(25) {
		v := randomVersion(r)
		if seen[v] {
			continue
		}
		seen[v] = true
		rel := connector.Release{Version: v, Requires: requires[r.IntN(len(requires))]}
		rel.Stage = []connector.Stage{"", connector.GA, connector.Preview}[r.IntN(3)]
		rel.Yanked = []string{"", "", "", "", "leaks"}[r.IntN(5)]
		rel.Deprecated = []string{"", "", "", "", "old"}[r.IntN(5)]
		w.releases = append(w.releases, rel)
	}
	w.installed = []string{"", randomVersion(r)}[r.IntN(2)]
	w.rules = version.Rules{Preview: r.IntN(2) == 0, Now: now, Host: "1.9.0"}
	denied := r.IntN(20)
	w.rules.Policy = func(rel version.Candidate) *version.Denial {
		if len(rel.Version)+int(rel.Version[0]) == denied+'0' {
			return &version.Denial{By: "chance"}
		}
		return nil
	}
	switch r.IntN(3) {
	case 0:
		if text, in := randomRange(r); satisfiable(text) {
			w.rules.Constraint, w.constraint = text, in
			if !strings.ContainsAny(text, "<>~^x|") && !strings.Contains(text, " - ") {
				w.exact = strings.TrimPrefix(text, "= ")
			}
		}
	case 1:
		if len(w.releases) > 0 { // by name
			w.exact = w.releases[r.IntN(len(w.releases))].Version
			w.rules.Constraint = w.exact
			w.constraint = func(x string) bool { return x == w.exact }
		}
	}
	for range r.IntN(4) {
		text, in := randomRange(r)
		if !satisfiable(text) {
			continue
		}
		h := version.Hold{ID: fmt.Sprint(r.Int()), Scope: version.Everything, Versions: text}
		if r.IntN(4) == 0 {
			h.Expires = now
			in = func(string) bool { return false }
		}
		w.rules.Skips, w.skips = append(w.rules.Skips, h), append(w.skips, in)
	}
	if text, in := randomRange(r); r.IntN(3) == 0 && satisfiable(text) {
		w.pin = in
		w.rules.Pins = []version.Hold{
			{ID: "1", Scope: "acme/crm", Versions: text},
			{ID: "0", Scope: "acme/*", Versions: "0.0.1"},
			{ID: "2", Scope: "acme/crm", Versions: "0.0.2", Expires: now},
		}
	}
	return w
}

func TestP6_SelectionEqualsBruteForce(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	chosen := 0
	for range 3000 {
		w := randomWorld(r)
		want := w.bruteForce()
		if want != "" {
			chosen++
		}
		sel := choose(t, w.releases, w.installed, &w.rules)
		require.Equal(t, want, sel.Target, "of %v under %+v", w.releases, w.rules)
		require.Equal(t, want == "", sel.Why != "", "%q", sel.Why)
		for i, v := range sel.Verdicts {
			require.True(t, i == 0 || naiveCompare(sel.Verdicts[i-1].Version, v.Version) > 0, "newest first")
			require.False(t, v.Eligible && naiveCompare(v.Version, want) > 0, "an eligible version is newer than the target")
		}
		upgrade := ""
		if want != "" && w.installed != "" && naiveCompare(want, w.installed) > 0 {
			upgrade = want
		}
		require.Equal(t, upgrade, sel.Upgrade)

		r.Shuffle(len(w.releases), func(i, j int) { w.releases[i], w.releases[j] = w.releases[j], w.releases[i] })
		for _, holds := range [][]version.Hold{w.rules.Skips, w.rules.Pins} {
			r.Shuffle(len(holds), func(i, j int) { holds[i], holds[j] = holds[j], holds[i] })
		}
		require.Equal(t, sel, choose(t, w.releases, w.installed, &w.rules), "the order of the input matters")
	}
	t.Logf("a target in %d of 3000", chosen)
}
