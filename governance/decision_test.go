package governance

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
)

func TestG5_ARecordHoldsWhatAdmittedAConnection(t *testing.T) {
	t.Parallel()
	p := parse(t, `{'id':'p','revision':12,'connectors':[{'match':'acme/*','effect':'enable','ownApp':true,'reason':'x'}]}`)
	e := compileAll(t, []*Policy{p}, bound(Group("acme", "eng").WithPriority(4), "p"))
	d := e.Decide(ada, "acme/crm", oauth)
	want := Record{
		Allowed: true, Code: CodeEnabled, Key: "acme/crm", Scheme: "oauth2", Scope: Group("acme", "eng").WithPriority(4),
		Policy: "p", Revision: 12, Match: "acme/*", Rule: 0, OwnApp: true,
		Reason: `policy "p" (revision 12) of group "eng" of tenant "acme" enables connector "acme/crm" with scheme "oauth2" by its rule for "acme/*"`,
	}
	if diff := cmp.Diff(want, d.Record()); diff != "" {
		t.Error(diff)
	}
	if d.String() != want.Reason || encoded(t, d) != encoded(t, want) {
		t.Errorf("%s\n%s", d, encoded(t, d))
	}
	var back Record
	if err := json.Unmarshal([]byte(encoded(t, d)), &back); err != nil || back != want {
		t.Errorf("%+v %v", back, err)
	}
	// A later policy makes another engine; what was decided stays.
	after := must(e.With(Update{Policies: []*Policy{{ID: "p", Revision: 13, Default: Disable}}}))(t)
	wantCode(t, after.Decide(ada, "acme/crm", oauth), CodeDefaultDisabled, "revision 13")
	if diff := cmp.Diff(want, d.Record()); diff != "" {
		t.Error(diff)
	}
	ungoverned := compileAll(t, nil).Decide(ada, "slack", oauth).Record()
	if got := encoded(t, ungoverned); strings.Contains(got, "scope") || strings.Contains(got, "policy\":") || ungoverned.Rule != -1 {
		t.Error(got)
	}
}

func TestG9_ADecisionCannotBeForged(t *testing.T) {
	t.Parallel()
	var zero Decision
	wantCode(t, zero, CodeUndecided, "nothing was decided")
	if zero.Record().Allowed || zero.Record().Rule != -1 || zero.Policy() != "" || zero.Scope() != (Scope{}) || zero.Presets() != nil {
		t.Errorf("%+v", zero.Record())
	}
	for f := range reflect.TypeFor[Decision]().Fields() {
		if f.IsExported() {
			t.Errorf("%s can be written from outside", f.Name)
		}
	}
	allowed := compileAll(t, nil).Decide(ada, "slack", oauth)
	if err := json.Unmarshal([]byte(encoded(t, allowed)), &zero); err != nil || zero.Allowed() { //nolint:staticcheck // that it reads nothing is the point
		t.Errorf("one was read: %v %s", err, zero)
	}
	for _, code := range []Code{CodeDisabled, CodeSchemeDisabled, CodeSchemeDefault, CodeEnabled, "unknown"} {
		if (Decision{code: code}).Reason() == "" {
			t.Errorf("%s has no reason", code)
		}
	}
	if Code("").Allows() || Code("allowed").Allows() {
		t.Error("an unknown code allows")
	}
}

func TestG10_ADenialNamesThePolicy(t *testing.T) {
	t.Parallel()
	e := single(t, `{'id':'finance','revision':3,'connectors':[{'match':'slack','effect':'disable','reason':'use the other one'}]}`)
	err := e.DecideConnector(ada, "slack").Err()
	var denied *DeniedError
	if !errors.Is(err, ErrDisabledByPolicy) || !errors.Is(err, fs.ErrPermission) || !errors.As(err, &denied) {
		t.Fatal(err)
	}
	if denied.Decision.Policy() != "finance" || denied.Decision.Code() != CodeDisabled {
		t.Error(denied.Decision)
	}
	const want = `disabled by policy: policy "finance" (revision 3) of tenant "acme" disables connector "slack" by its rule for "slack": use the other one`
	if err.Error() != want {
		t.Error(err)
	}
	if err := e.DecideConnector(ada, "jira").Err(); err != nil {
		t.Error(err)
	}
}

func TestG8_ExplainTellsEveryAssignmentAndTheWinner(t *testing.T) {
	t.Parallel()
	p := parse(t, `{'id':'eng','revision':5,'connectors':[{'match':'slack','effect':'enable','schemes':[{'type':'basic','effect':'disable'}]}]}`)
	policies := slices.Concat(levels()[2:], []*Policy{p, {ID: "late", Revision: 8}})
	e := compileAll(t, policies, bound(Organization(), NoPolicy), bound(Tenant("acme"), "tenant"),
		bound(Group("acme", "eng").WithPriority(1), "eng"), bound(Group("acme", "ops").WithPriority(2), "late"), bound(Group("acme", "top"), "ops"))
	x := e.Explain(Subject{Tenant: "acme", User: "ada", Groups: []string{"ops", "eng", "ops", "none"}}, "slack", []auth.Scheme{*oauth, *basic})
	want := []Claim{
		{Group("acme", "eng").WithPriority(1), "eng", 5, true, "it decides: of the user's groups, this has the lowest priority number, 1"},
		{Group("acme", "ops").WithPriority(2), "late", 8, false, `priority 2 comes after 1 of group "eng" of tenant "acme"`},
		{Tenant("acme"), "tenant", 0, false, "level tenant comes after level group"},
		{Organization(), NoPolicy, 0, false, "level organization comes after level group"},
	}
	if diff := cmp.Diff(want, x.Assignments); diff != "" {
		t.Error(diff)
	}
	if x.Connector.Code != CodeEnabled || len(x.Schemes) != 2 || x.Schemes[0].Code != CodeEnabled || x.Schemes[1].Code != CodeSchemeDisabled {
		t.Errorf("%+v", x)
	}
	if x.Tenant != "acme" || x.User != "ada" || x.Key != "slack" || x.Connector.Key != "slack" {
		t.Errorf("%+v", x)
	}
	x = e.Explain(Subject{Tenant: "other"}, "slack", nil)
	if len(x.Assignments) != 1 || x.Assignments[0].Why != "it decides: nothing is assigned at a level before organization" || !x.Assignments[0].Decides {
		t.Errorf("%+v", x.Assignments)
	}
	if x = e.Explain(Subject{}, "slack", nil); x.Assignments != nil || x.Connector.Code != CodeInvalid {
		t.Errorf("%+v", x)
	}
	tied, _ := Compile(levels(), []Assignment{bound(Group("acme", "eng"), "eng"), bound(Group("acme", "ops"), "ops"), bound(Tenant("acme"), "tenant")})
	x = tied.Explain(ada, "slack", nil)
	if x.Assignments[0].Decides || x.Assignments[1].Decides || !strings.HasPrefix(x.Assignments[1].Why, "it cannot decide: two groups") ||
		x.Assignments[2].Why != "level tenant comes after level group" || x.Connector.Code != CodeAmbiguous {
		t.Errorf("%+v", x)
	}
	broken, _ := Compile(levels(), []Assignment{{}, bound(Organization(), "organization")})
	if x = broken.Explain(ada, "slack", nil); len(x.Assignments) != 1 || x.Assignments[0].Decides || !strings.HasPrefix(x.Assignments[0].Why, "nothing decides") {
		t.Errorf("%+v", x)
	}
}
