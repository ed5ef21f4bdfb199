package governance

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connector"
)

func TestG1_WithoutAPolicyEverythingIsEnabled(t *testing.T) {
	t.Parallel()
	e := compileAll(t, nil)
	wantCode(t, e.Decide(ada, "acme/crm", oauth), CodeUngoverned, "no policy is assigned")
	wantCode(t, e.DecideConnector(Subject{Tenant: "other"}, "slack"), CodeUngoverned)
	// A policy that nobody is assigned to governs nobody, nor does another tenant's.
	e = compileAll(t, []*Policy{{ID: "strict", Default: Disable}}, bound(Tenant("other"), "strict"))
	wantCode(t, e.Decide(ada, "slack", oauth), CodeUngoverned)
	// The zero policy takes nothing away.
	e = compileAll(t, []*Policy{{ID: "empty"}}, bound(Organization(), "empty"))
	wantCode(t, e.Decide(ada, "slack", oauth), CodeDefault, `policy "empty"`, "the organization")
}

// levels has a policy for each level that denies by its own name.
func levels() []*Policy {
	var policies []*Policy
	for _, id := range []string{"user", "eng", "ops", "tenant", "organization"} {
		policies = append(policies, &Policy{ID: id, Default: Disable})
	}
	return policies
}

func TestG2_TheFirstLevelWithAnAssignmentDecides(t *testing.T) {
	t.Parallel()
	user, eng, ops := bound(User("acme", "ada"), "user"), bound(Group("acme", "eng"), "eng"), bound(Group("acme", "ops").WithPriority(1), "ops")
	tenant, organization := bound(Tenant("acme"), "tenant"), bound(Organization(), "organization")
	machine := Subject{Tenant: "acme"}
	tests := []struct {
		name        string
		subject     Subject
		assignments []Assignment
		want        string
	}{
		{"user first", ada, []Assignment{organization, tenant, ops, eng, user}, "user"},
		{"then group", ada, []Assignment{organization, tenant, ops, eng}, "eng"},
		{"then tenant", ada, []Assignment{organization, tenant}, "tenant"},
		{"then organization", ada, []Assignment{organization}, "organization"},
		{"then nothing", ada, nil, ""},
		{"user without group", ada, []Assignment{organization, user}, "user"},
		{"group without tenant", ada, []Assignment{organization, ops}, "ops"},
		{"no user", machine, []Assignment{organization, tenant, ops, eng, user}, "tenant"},
		{"another user", Subject{Tenant: "acme", User: "bob"}, []Assignment{user, tenant}, "tenant"},
		{"same user elsewhere", Subject{Tenant: "other", User: "ada", Groups: ada.Groups}, []Assignment{user, eng, tenant, organization}, "organization"},
		{"a user is no group", Subject{Tenant: "acme", User: "eng", Groups: []string{"ada"}}, []Assignment{user, eng}, ""},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := compileAll(t, levels(), c.assignments...).Decide(c.subject, "slack", oauth)
			if d.Policy() != c.want || d.Allowed() != (c.want == "") {
				t.Errorf("%q: %s", d.Policy(), d)
			}
		})
	}
}

func TestG2_PoliciesAreNeverMerged(t *testing.T) {
	t.Parallel()
	strict := parse(t, `{'id':'strict','connectors':[{'match':'slack','effect':'disable'},{'match':'jira','effect':'enable','ownApp':true}]}`)
	lax := parse(t, `{'id':'lax','connectors':[{'match':'mail','effect':'disable'}]}`)
	e := compileAll(t, []*Policy{strict, lax}, bound(Tenant("acme"), "strict"), bound(User("acme", "ada"), "lax"))
	wantCode(t, e.Decide(ada, "slack", oauth), CodeDefault)
	wantCode(t, e.Decide(ada, "mail", oauth), CodeDisabled)
	if e.Decide(ada, "jira", oauth).RequiresOwnApp() {
		t.Error("the tenant's policy was merged in")
	}
	wantCode(t, e.Decide(Subject{Tenant: "acme"}, "slack", oauth), CodeDisabled)
}

func TestG2_NoPolicyIsUngovernedAndBeatsLowerLevels(t *testing.T) {
	t.Parallel()
	base := []Assignment{bound(Tenant("acme"), "tenant"), bound(Organization(), "organization")}
	for _, s := range []Scope{User("acme", "ada"), Group("acme", "eng"), Tenant("acme")} {
		list := append([]Assignment{bound(s, NoPolicy)}, base...)
		if s.Level == LevelTenant {
			list = append(list[:1], list[2])
		}
		d := compileAll(t, levels(), list...).Decide(ada, "slack", oauth)
		wantCode(t, d, CodeNoPolicy, s.String(), "exempt")
		if d.Policy() != NoPolicy || d.Revision() != 0 || d.Scope() != s {
			t.Errorf("%q %d %v", d.Policy(), d.Revision(), d.Scope())
		}
	}
	// It does not reach up.
	e := compileAll(t, levels(), bound(User("acme", "ada"), "user"), bound(Tenant("acme"), NoPolicy))
	wantCode(t, e.Decide(ada, "slack", oauth), CodeDefaultDisabled)
	// It is no policy's name, and not what is assumed.
	wantFaults(t, (&Policy{ID: NoPolicy}).Validate(), "/id no id")
	wantFaults(t, Assignment{Scope: Tenant("acme")}.Validate(), "/policy missing")
}

func TestG3_OfGroupsTheLowestPriorityNumberWins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		eng, ops int
		want     string
	}{{1, 2, "eng"}, {2, 1, "ops"}, {0, MaxPriority, "eng"}} {
		e := compileAll(t, levels(), bound(Group("acme", "eng").WithPriority(c.eng), "eng"), bound(Group("acme", "ops").WithPriority(c.ops), "ops"))
		for _, groups := range [][]string{{"eng", "ops"}, {"ops", "eng"}, {"x", "ops", "ops", "eng", "eng", ""}} {
			d := e.Decide(Subject{Tenant: "acme", Groups: groups}, "slack", oauth)
			if d.Policy() != c.want || d.Code() != CodeDefaultDisabled {
				t.Errorf("%v: %s", groups, d)
			}
		}
	}
}

func TestG3_EqualPrioritiesAreRefusedWhenAssigned(t *testing.T) {
	t.Parallel()
	there := assignments(bound(Group("acme", "eng").WithPriority(3), "a"), bound(Tenant("acme"), "a"), bound(User("acme", "x"), "a"))
	for _, c := range []struct {
		name    string
		s       Scope
		refused bool
	}{
		{"same number", Group("acme", "ops").WithPriority(3), true},
		{"another number", Group("acme", "ops").WithPriority(4), false},
		{"another tenant", Group("other", "ops").WithPriority(3), false},
		{"the group itself", Group("acme", "eng").WithPriority(3), false},
		{"no group", Tenant("acme"), false},
	} {
		err := CheckAssign(there, bound(c.s, "b"))
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.refused && (!errors.Is(err, ErrEqualPriority) || !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), `"eng"`)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := CheckAssign(there, Assignment{}); !errors.Is(err, connector.ErrInvalid) {
		t.Errorf("an invalid assignment: %v", err)
	}
}

func TestG3_AnEqualClaimThatIsThereAllTheSameDenies(t *testing.T) {
	t.Parallel()
	e, err := Compile(levels(), []Assignment{
		bound(Group("acme", "eng").WithPriority(3), "eng"), bound(Group("acme", "ops").WithPriority(3), NoPolicy),
		bound(Group("acme", "top").WithPriority(2), NoPolicy), bound(Tenant("acme"), NoPolicy),
	})
	wantFaults(t, faultsOf(t, err), "/assignments have priority 3 both")
	wantCode(t, e.Decide(ada, "slack", oauth), CodeAmbiguous, "equal priority")
	wantCode(t, e.Decide(Subject{Tenant: "acme", Groups: []string{"eng", "eng"}}, "slack", oauth), CodeDefaultDisabled)
	wantCode(t, e.Decide(Subject{Tenant: "acme", Groups: []string{"eng", "ops", "top"}}, "slack", oauth), CodeNoPolicy)
	wantCode(t, e.Decide(Subject{Tenant: "acme", Groups: []string{"top", "eng", "ops"}}, "slack", oauth), CodeNoPolicy)
}
