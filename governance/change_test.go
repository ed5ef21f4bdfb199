package governance

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connector"
)

// base has policy a at revision 4 assigned to tenant acme and group eng, and policy b
// at revision 5 assigned to nobody.
func base(tb testing.TB) *Engine {
	tb.Helper()
	return compileAll(tb, []*Policy{{ID: "a", Revision: 4}, {ID: "b", Revision: 5}},
		Assignment{Tenant("acme"), "a", 6}, Assignment{Group("acme", "eng").WithPriority(1), "a", 7})
}

func TestG12_DeletingAnAssignedPolicyIsRefused(t *testing.T) {
	t.Parallel()
	e := base(t)
	_, err := e.Apply(Delete("a"))
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), `delete policy "a": the policy is assigned to tenant "acme", group "eng" of tenant "acme"`) {
		t.Error(err)
	}
	if e.Policy("a") == nil {
		t.Error("something changed")
	}
	after := must(e.Apply(Delete("b")))(t)
	if after.Policy("b") != nil || e.Policy("b") == nil {
		t.Error("b is there, or the engine changed")
	}
	// The order does not matter: what counts is what there is in the end.
	after = must(e.Apply(Delete("a"), Unassign(Tenant("acme")), Assign(Group("acme", "eng").WithPriority(1), NoPolicy)))(t)
	wantCode(t, after.Decide(ada, "slack", oauth), CodeNoPolicy)
	if _, err := e.Apply(Assign(User("x", "y"), "b"), Delete("b")); !errors.Is(err, ErrInUse) {
		t.Error(err)
	}
	many := e
	for _, tenant := range []string{"g", "f", "e", "d", "c", "b"} {
		many = must(many.Apply(Assign(Tenant(tenant), "b")))(t)
	}
	if _, err := many.Apply(Delete("b")); err == nil || !strings.HasSuffix(err.Error(), `tenant "f", 1 more`) {
		t.Error(err)
	}
}

func TestG12_AChangeCarriesTheRevisionItIsBasedOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change Change
		want   error
	}{
		{Put(&Policy{ID: "a", Revision: 4}), nil},
		{Put(&Policy{ID: "a", Revision: 3}), ErrConflict},
		{Put(&Policy{ID: "a"}), ErrConflict},
		{Put(&Policy{ID: "new"}), nil},
		{Put(&Policy{ID: "new", Revision: 1}), ErrConflict},
		{Put(&Policy{ID: "a"}).BasedOn(4), nil},
		{Delete("b").BasedOn(5), nil},
		{Delete("b").BasedOn(4), ErrConflict},
		{Delete("new"), ErrNotFound},
		{Assign(Tenant("acme"), "b"), nil},
		{Assign(Tenant("acme"), "b").BasedOn(6), nil},
		{Assign(Tenant("acme"), "b").BasedOn(0), ErrConflict},
		{Assign(Tenant("other"), "b").BasedOn(0), nil},
		{Assign(Tenant("other"), "new"), ErrNotFound},
		{Assign(Tenant("other"), ""), connector.ErrInvalid},
		{Assign(Scope{}, "b"), connector.ErrInvalid},
		{Unassign(Tenant("acme")).BasedOn(6), nil},
		{Unassign(Tenant("acme")).BasedOn(7), ErrConflict},
		{Unassign(Tenant("other")), ErrNotFound},
		{Unassign(Scope{}), ErrNotFound},
		{Put(&Policy{ID: "a", Revision: 4, Default: "x"}), connector.ErrInvalid},
		{Put(nil), connector.ErrInvalid},
		{Change{}, connector.ErrInvalid},
		{Assign(Group("acme", "ops").WithPriority(1), "b"), ErrEqualPriority},
		{Assign(Group("acme", "ops"), NoPolicy), nil},
		{Assign(Group("acme", "eng").WithPriority(9), "b"), nil},
	} {
		after, err := base(t).Apply(c.change)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || (after == nil) == (err == nil) {
			t.Errorf("%v: %v", c.change, err)
		}
		if err != nil && !strings.Contains(err.Error(), c.change.String()) {
			t.Errorf("%v does not name the change", err)
		}
	}
}

func TestApplyTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	e := base(t)
	_, err := e.Apply(Delete("a"), Put(&Policy{ID: "b"}), Assign(Tenant("x"), "gone"), Unassign(User("x", "y")),
		Assign(Group("y", "g1"), NoPolicy), Assign(Group("y", "g2"), NoPolicy), Assign(Tenant("x"), NoPolicy), Delete("b"))
	for _, want := range []error{ErrInUse, ErrConflict, ErrNotFound, ErrEqualPriority, connector.ErrInvalid} {
		if !errors.Is(err, want) {
			t.Errorf("%v is not told: %v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 8 {
		t.Errorf("%d faults: %v", n, err)
	}
	if _, err := e.Apply(Assign(Tenant("x"), "c"), Put(&Policy{ID: "c"})); err != nil {
		t.Errorf("a policy put and assigned in one go: %v", err)
	}
	if same, err := e.Apply(); err != nil || same.Policy("a") == nil {
		t.Errorf("nothing to do: %v", err)
	}
}

func TestApplyKeepsWhatItReplaces(t *testing.T) {
	t.Parallel()
	e := base(t)
	p := &Policy{ID: "b", Revision: 5, Default: Disable}
	put := Put(p)
	p.Default = Enable
	after := must(e.Apply(put, Assign(User("acme", "ada"), "b"), Assign(Tenant("acme"), "b")))(t)
	wantCode(t, after.Decide(ada, "slack", oauth), CodeDefaultDisabled, "revision 5")
	wantCode(t, e.Decide(ada, "slack", oauth), CodeDefault, `"a"`)
	if a, ok := after.Assignment(Tenant("acme")); !ok || a.Policy != "b" || a.Revision != 6 {
		t.Errorf("%+v", a)
	}
	var got []string
	for a := range after.Assignments() {
		got = append(got, a.Scope.String()+" "+a.Policy)
	}
	want := []string{`tenant "acme" b`, `group "eng" of tenant "acme" a`, `user "ada" of tenant "acme" b`}
	if !slices.Equal(got, want) {
		t.Error(got)
	}
	if (Change{}).String() != "no change" || (Scope{}).String() != "no scope" {
		t.Error("the zero values")
	}
	gone := must(after.Apply(Unassign(User("acme", "ada")), Unassign(Group("acme", "eng")), Unassign(Tenant("acme"))))(t)
	for range gone.Assignments() {
		t.Error("an assignment is left")
	}
	if _, ok := gone.tenants.get("acme"); ok {
		t.Error("a tenant without assignments is kept")
	}
}
