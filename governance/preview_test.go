package governance

import (
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
)

func connections(list ...Connection) iter.Seq2[Connection, error] {
	return func(yield func(Connection, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func published() []Published {
	return []Published{
		{"slack", []auth.Scheme{*oauth, *basic}},
		{"jira", []auth.Scheme{*basic}},
		{"mail", nil},
	}
}

func TestG7_PreviewListsWhatWouldBeRefusedAndWhatVanishesOrAppears(t *testing.T) {
	t.Parallel()
	before := compileAll(t, []*Policy{
		parse(t, `{'id':'lax','revision':1,'connectors':[{'match':'mail','effect':'disable'}]}`),
		parse(t, `{'id':'off','revision':2,'default':'disable'}`),
	}, bound(Organization(), "lax"), bound(Tenant("closed"), "off"), bound(User("acme", "root"), NoPolicy), bound(Group("acme", "eng"), "off"))
	after := must(before.Apply(
		Put(parse(t, `{'id':'strict','connectors':[{'match':'jira','effect':'disable'},{'match':'slack','effect':'enable','schemes':[{'type':'basic','effect':'disable'}]}]}`)),
		Assign(Tenant("acme"), "strict")))(t)
	existing := []Connection{
		{ID: "1", Tenant: "acme", User: "ada", Key: "slack", Scheme: "oauth2"},
		{ID: "2", Tenant: "acme", User: "ada", Key: "slack", Scheme: "basic"},
		{ID: "3", Tenant: "acme", User: "root", Key: "slack", Scheme: "basic"},
		{ID: "4", Tenant: "acme", User: "ada", Groups: []string{"eng"}, Key: "jira", Scheme: "basic"},
		{ID: "5", Tenant: "other", User: "bob", Key: "jira", Scheme: "basic"},
		{ID: "6", Tenant: "closed", Key: "jira", Scheme: "basic", Type: auth.Basic},
		{ID: "7", Tenant: "acme", User: "ada", Key: "jira", Scheme: "retired", Type: auth.Bearer},
		{ID: "8", Tenant: "acme", User: "ada", Key: "slack", Scheme: "retired"},
	}
	x := must(Preview(before, after, published(), connections(existing...), nil))(t)
	type line struct{ tenant, text string }
	var got []line
	for _, ti := range x.Tenants {
		got = append(got, line{ti.Tenant, fmt.Sprintf("%d refused, %d newly", ti.RefusedTotal, ti.NewlyRefused)})
		for _, r := range ti.Refused {
			got = append(got, line{ti.Tenant, fmt.Sprintf("connection %s: %s, then %s", r.Connection.ID, r.Before.Code, r.After.Code)})
		}
		for _, a := range ti.Audiences {
			got = append(got, line{ti.Tenant, fmt.Sprintf("%v, %q then %q: vanish %v appear %v", a.Scope, a.Before, a.After, a.Vanish, a.Appear)})
		}
	}
	want := []line{
		{"acme", "4 refused, 2 newly"},
		{"acme", "connection 2: default, then schemeDisabled"},
		{"acme", "connection 4: defaultDisabled, then defaultDisabled"},
		{"acme", "connection 7: default, then disabled"},
		{"acme", "connection 8: invalid, then invalid"},
		{"acme", `tenant "acme", "lax" then "strict": vanish [{slack basic schemeDisabled} {jira  disabled} {jira basic disabled}] appear [{mail  disabled}]`},
		{"closed", "1 refused, 0 newly"},
		{"closed", "connection 6: defaultDisabled, then defaultDisabled"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(line{})); d != "" {
		t.Error(d)
	}
	// It changes nothing, and nobody's other way round.
	if before.Policy("strict") != nil {
		t.Error("the engine changed")
	}
	back := must(Preview(after, before, published(), nil, nil))(t)
	if len(back.Tenants) != 1 || len(back.Tenants[0].Audiences[0].Appear) != 3 || len(back.Tenants[0].Audiences[0].Vanish) != 1 {
		t.Errorf("%+v", back)
	}
}

func TestG7_PreviewLooksAtEveryAudience(t *testing.T) {
	t.Parallel()
	p := &Policy{ID: "p", Revision: 1}
	before := compileAll(t, []*Policy{p}, bound(Organization(), "p"), bound(Tenant("b"), "p"), bound(Group("b", "eng"), "p"), bound(User("b", "ada"), "p"),
		bound(User("b", "root"), NoPolicy), bound(Tenant("free"), NoPolicy))
	after := must(before.Apply(Put(&Policy{ID: "p", Revision: 1, Default: Disable}), Assign(Group("c", "new"), NoPolicy)))(t)
	x := must(Preview(before, after, published(), nil, &PreviewOptions{Tenants: []string{"named", "free"}}))(t)
	var got []string
	for _, ti := range x.Tenants {
		for _, a := range ti.Audiences {
			got = append(got, fmt.Sprintf("%s: %v %d", ti.Tenant, a.Scope, len(a.Vanish)))
		}
	}
	want := []string{`: the organization 6`, `b: tenant "b" 6`, `b: group "eng" of tenant "b" 6`, `b: user "ada" of tenant "b" 6`, `c: tenant "c" 6`, `named: tenant "named" 6`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	first, last := x.Tenants[0].Audiences[0].Vanish, x.Tenants[3].Audiences[0].Vanish
	if &first[0] != &last[0] {
		t.Error("the same difference was worked out twice")
	}
	// The same rules compiled anew are no change.
	if x = must(Preview(before, compileAll(t, []*Policy{p}, bound(Organization(), "p")), published(), nil, nil))(t); len(x.Tenants) != 0 {
		t.Errorf("%+v", x)
	}
}

func TestPreviewIsBoundedAndEndsAtAnError(t *testing.T) {
	t.Parallel()
	before := compileAll(t, nil)
	after := compileAll(t, []*Policy{{ID: "p", Default: Disable}}, bound(Organization(), "p"))
	many := func(yield func(Connection, error) bool) {
		for i := range DefaultMaxRefused + 1 {
			if !yield(Connection{ID: fmt.Sprint(i), Tenant: "acme", Key: "slack", Scheme: "basic"}, nil) {
				return
			}
		}
	}
	for bound, want := range map[int]int{0: DefaultMaxRefused, 7: 7, -1: 0} {
		x := must(Preview(before, after, published(), many, &PreviewOptions{MaxRefused: bound}))(t)
		if ti := x.Tenants[1]; len(ti.Refused) != want || ti.RefusedTotal != DefaultMaxRefused+1 || ti.NewlyRefused != ti.RefusedTotal {
			t.Errorf("%d: %d listed of %d", bound, len(ti.Refused), ti.RefusedTotal)
		}
	}
	broken := errors.New("disk")
	x, err := Preview(before, after, nil, func(yield func(Connection, error) bool) { yield(Connection{}, broken) }, nil)
	if x != nil || !errors.Is(err, broken) {
		t.Errorf("%v %v", x, err)
	}
	for _, pair := range [][2]*Engine{{nil, after}, {before, {}}} {
		if _, err := Preview(pair[0], pair[1], nil, nil, nil); !errors.Is(err, ErrNotLoaded) {
			t.Error(err)
		}
	}
	closed, _ := Compile(nil, []Assignment{{}})
	if x := must(Preview(before, closed, published(), nil, nil))(t); len(x.Tenants) != 1 || x.Tenants[0].Tenant != "" || len(x.Tenants[0].Audiences[0].Vanish) != 6 {
		t.Errorf("an engine that denies everything: %+v", x)
	}
}
