package governance

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/connector"
)

func TestCompileKeepsNothingOfItsArguments(t *testing.T) {
	t.Parallel()
	p := &Policy{ID: "p", Connectors: []Rule{{Match: "slack", Effect: Enable, Schemes: []SchemeRule{{ID: "basic", Effect: Disable}}}}}
	e := compileAll(t, []*Policy{p}, bound(Tenant("acme"), "p"))
	p.ID, p.Connectors[0].Match, p.Connectors[0].Schemes[0].ID = "q", "jira", "oauth2"
	wantCode(t, e.Decide(ada, "slack", basic), CodeSchemeDisabled, `"p"`, `"slack"`)
	got := e.Policy("p")
	got.Connectors[0].Match = "jira"
	wantCode(t, e.Decide(ada, "slack", basic), CodeSchemeDisabled, `"slack"`)
	if (*Policy)(nil).Clone() != nil || e.Policy("q") != nil {
		t.Error("nothing")
	}
	var ids []string
	for p := range compileAll(t, []*Policy{{ID: "b"}, {ID: "c"}, {ID: "a"}}).Policies() {
		if ids = append(ids, p.ID); len(ids) == 2 {
			break
		}
	}
	if !slices.Equal(ids, []string{"a", "b"}) {
		t.Error(ids)
	}
}

func TestWithFollowsWhatChanged(t *testing.T) {
	t.Parallel()
	e := base(t)
	next, err := e.With(Update{
		Policies: []*Policy{{ID: "a", Revision: 8, Default: Disable}}, Deleted: []string{"a", "b", "never"},
		Assignments: []Assignment{{User("acme", "ada"), "gone", 9}, {Organization(), NoPolicy, 9}}, Unassigned: []Scope{Group("acme", "eng"), User("x", "y"), Organization()},
	})
	wantFaults(t, faultsOf(t, err), "/assignments/0/policy gone")
	wantCode(t, next.Decide(Subject{Tenant: "acme", Groups: []string{"eng"}}, "slack", oauth), CodeDefaultDisabled, "revision 8", `tenant "acme"`)
	wantCode(t, next.Decide(ada, "slack", oauth), CodeMissingPolicy)
	wantCode(t, next.Decide(Subject{Tenant: "x"}, "slack", oauth), CodeNoPolicy)
	if next.Policy("b") != nil {
		t.Error("b is there")
	}
	// The engine before is as it was.
	wantCode(t, e.Decide(ada, "slack", oauth), CodeDefault, "revision 4", `group "eng"`)
	for want := range 4 { // breaking off is allowed anywhere
		n := 0
		for range must(next.With(Update{Assignments: []Assignment{bound(Group("acme", "eng"), NoPolicy)}}))(t).bindings() {
			if n++; n > want {
				break
			}
		}
		if n != want+1 {
			t.Errorf("%d of 4 assignments", n)
		}
	}
	for range next.Assignments() {
		break
	}
}

// What an update does not touch is shared, so that it costs what changed.
func TestWithSharesTheRest(t *testing.T) {
	t.Parallel()
	var list []Assignment
	for i := range 5000 {
		list = append(list, bound(Tenant(fmt.Sprint("t", i)), NoPolicy), bound(User(fmt.Sprint("t", i), "u"), NoPolicy))
	}
	e := compileAll(t, []*Policy{{ID: "p"}}, list...)
	next := must(e.With(Update{Assignments: []Assignment{bound(Tenant("t7"), "p"), bound(User("t8", "u"), "p")}}))(t)
	same := func(a, b *[tableShards]map[string]*tenant) (n int) {
		for i := range a {
			if reflect.ValueOf(a[i]).Pointer() == reflect.ValueOf(b[i]).Pointer() {
				n++
			}
		}
		return n
	}
	if n := same(e.tenants.shards, next.tenants.shards); n < tableShards-2 || n == tableShards {
		t.Errorf("%d of %d shards of tenants are shared", n, tableShards)
	}
	if e.policies.shards != next.policies.shards {
		t.Error("the policies are copied")
	}
	wantCode(t, next.Decide(Subject{Tenant: "t8", User: "u"}, "slack", oauth), CodeDefault)
	wantCode(t, next.Decide(Subject{Tenant: "t9", User: "u"}, "slack", oauth), CodeNoPolicy)
}

func TestDecideIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	e, s, keys := benchEngine(t, 100)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for _, key := range keys {
				d := e.Decide(s, key, oauth)
				if d.Allowed() != (key != "unmatched") || d.Reason() == "" || len(e.Explain(s, key, nil).Assignments) != 6 {
					t.Error(d)
				}
			}
			if _, err := e.With(Update{Policies: []*Policy{{ID: "big"}}, Unassigned: []Scope{Tenant("acme")}}); err != nil {
				t.Error(i, err)
			}
		})
	}
	wg.Wait()
}

func TestDecideDoesNotAllocate(t *testing.T) {
	for _, n := range []int{10, 10_000} {
		e, s, keys := benchEngine(t, n)
		for _, key := range []connector.Key{keys[0], keys[n/2], "acme-9/other", "unmatched", "slack"} {
			if allocs := testing.AllocsPerRun(100, func() {
				if e.Decide(s, key, oauth).Code() == CodeInvalid || e.DecideConnector(s, key).Code() == CodeInvalid {
					t.Error("invalid")
				}
			}); allocs > 0 {
				t.Errorf("%d rules, %s: %v allocations", n, key, allocs)
			}
		}
	}
}

func TestTheIndexAgreesWithTheRules(t *testing.T) {
	t.Parallel()
	e, s, keys := benchEngine(t, 200)
	p := e.Policy("big")
	for _, key := range append(keys, "acme-9/x", "nobody/x", "publisher-1/x") {
		_, index, _ := e.DecideConnector(s, key).Rule()
		if want := p.covering(key); index != want {
			t.Errorf("%s: rule %d, want %d", key, index, want)
		}
	}
}

func BenchmarkWith(b *testing.B) {
	var list []Assignment
	for i := range 10_000 {
		list = append(list, bound(Tenant(fmt.Sprint("t", i)), NoPolicy))
	}
	e, err := Compile(nil, list)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if e, err = e.With(Update{Assignments: list[77:78]}); err != nil {
			b.Fatal(err)
		}
	}
}
