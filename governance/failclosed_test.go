package governance

import (
	"errors"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

func TestG9_AnEngineThatIsNotLoadedDeniesEverything(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]*Engine{"nil": nil, "zero": {}} {
		wantCode(t, e.Decide(ada, "slack", oauth), CodeNotLoaded, "no policies are loaded")
		wantCode(t, e.DecideConnector(ada, "slack"), CodeNotLoaded)
		if x := e.Explain(ada, "slack", nil); x.Connector.Allowed || len(x.Assignments) > 0 {
			t.Errorf("%s: %+v", name, x)
		}
		if next, err := e.With(Update{Policies: []*Policy{{ID: "p"}}}); !errors.Is(err, ErrNotLoaded) || next != e {
			t.Errorf("%s: it can be updated: %v", name, err)
		}
		if _, err := e.Apply(Put(&Policy{ID: "p"})); !errors.Is(err, ErrNotLoaded) {
			t.Errorf("%s: it can be changed: %v", name, err)
		}
		for range e.Policies() {
			t.Error("a policy")
		}
		for range e.Assignments() {
			t.Error("an assignment")
		}
		if _, ok := e.Assignment(Organization()); ok || e.Policy("p") != nil {
			t.Error("something")
		}
	}
}

func TestG9_AMissingPolicyDeniesThoseItGoverns(t *testing.T) {
	t.Parallel()
	e, err := Compile(levels(), []Assignment{bound(Organization(), NoPolicy), bound(User("acme", "ada"), "gone")})
	wantFaults(t, faultsOf(t, err), `/assignments/1/policy there is no policy "gone"`)
	d := e.Decide(ada, "slack", oauth)
	wantCode(t, d, CodeMissingPolicy, `policy "gone" of user "ada" of tenant "acme" does not exist`)
	if d.Policy() != "gone" || d.Revision() != 0 {
		t.Errorf("%q %d", d.Policy(), d.Revision())
	}
	wantCode(t, e.Decide(Subject{Tenant: "acme", User: "bob"}, "slack", oauth), CodeNoPolicy)
	// It comes back to life with the policy, and dies with it.
	e = must(e.With(Update{Policies: []*Policy{{ID: "gone"}}}))(t)
	wantCode(t, e.Decide(ada, "slack", oauth), CodeDefault)
	e = must(e.With(Update{Deleted: []string{"gone"}}))(t)
	wantCode(t, e.Decide(ada, "slack", oauth), CodeMissingPolicy)
}

func TestG9_APolicyWithFaultsDeniesThoseItGoverns(t *testing.T) {
	t.Parallel()
	bad := &Policy{ID: "bad", Connectors: []Rule{{Match: "slack", Effect: Enable}, {Match: "jira", Effect: "maybe"}, {Match: "jira", Effect: Enable}}}
	e, err := Compile([]*Policy{bad, {ID: "fine"}}, []Assignment{bound(Tenant("acme"), "bad"), bound(Organization(), "fine")})
	wantFaults(t, faultsOf(t, err), `/policies/0/connectors/1/effect "maybe"`, "/policies/0/connectors/2/match already")
	wantCode(t, e.Decide(ada, "slack", oauth), CodeInvalidPolicy, `"bad"`, "/connectors/1/effect", "1 more")
	wantCode(t, e.Decide(Subject{Tenant: "other"}, "slack", oauth), CodeDefault)

	e, err = Compile([]*Policy{{ID: "p"}, nil, {ID: "p", Default: Disable}}, []Assignment{bound(Tenant("acme"), "p")})
	wantFaults(t, faultsOf(t, err), "/policies/1 missing", "/policies/2/id is the id of /policies/0 too")
	wantCode(t, e.Decide(ada, "slack", oauth), CodeInvalidPolicy, "stated twice")
}

func TestG9_AnAssignmentWithFaultsDenies(t *testing.T) {
	t.Parallel()
	base := []Assignment{bound(Organization(), NoPolicy)}
	// Of these nobody can say whom they govern.
	for _, s := range []Scope{{}, {Level: "everybody"}, Tenant(""), User("acme", ""), Group("", "eng"), User("a\nb", "c"), Tenant("\xff"),
		{Level: LevelOrganization, Tenant: "acme"}, {Level: LevelTenant, Tenant: "acme", Subject: "x"}, User("acme", strings.Repeat("x", MaxSubjectBytes+1))} {
		e, err := Compile(levels(), append(base, bound(s, NoPolicy)))
		if len(faultsOf(t, err)) == 0 {
			t.Error(s)
		}
		wantCode(t, e.Decide(ada, "slack", oauth), CodeNotLoaded, "does not say whom it governs")
		wantCode(t, e.Decide(Subject{Tenant: "unrelated"}, "slack", oauth), CodeNotLoaded)
		if _, err := e.Apply(Unassign(Organization())); !errors.Is(err, ErrNotLoaded) {
			t.Error(err)
		}
	}
	// Of these it is clear.
	for _, a := range []Assignment{bound(Tenant("acme"), ""), bound(Tenant("acme"), "No!"), bound(Tenant("acme").WithPriority(1), NoPolicy),
		bound(Group("acme", "eng").WithPriority(-1), NoPolicy), bound(Group("acme", "eng").WithPriority(MaxPriority+1), NoPolicy),
		{Scope: User("acme", "ada"), Policy: NoPolicy, Revision: -1}} {
		e, err := Compile(levels(), append(base, a))
		if len(faultsOf(t, err)) != 1 {
			t.Error(err)
		}
		wantCode(t, e.Decide(ada, "slack", oauth), CodeInvalidAssignment, "cannot be told")
		wantCode(t, e.Decide(Subject{Tenant: "unrelated"}, "slack", oauth), CodeNoPolicy)
	}
	e, err := Compile(levels(), append(base, bound(Tenant("acme"), NoPolicy), bound(Tenant("acme"), "tenant")))
	wantFaults(t, faultsOf(t, err), `/assignments/2/scope tenant "acme" is assigned at /assignments/1 already`)
	wantCode(t, e.Decide(ada, "slack", oauth), CodeAmbiguous, "assigned twice")
}

func TestG9_WhatCannotBeEvaluatedIsDenied(t *testing.T) {
	t.Parallel()
	for _, e := range []*Engine{compileAll(t, nil), single(t, `{'id':'p','connectors':[{'match':'*','effect':'enable'}]}`)} {
		wantCode(t, e.Decide(Subject{User: "ada"}, "slack", oauth), CodeInvalid, "no tenant")
		wantCode(t, e.Decide(Subject{}, "slack", oauth), CodeInvalid)
		for _, key := range []connector.Key{"", "Slack", "a/b/c", "acme/*", "*", "../x"} {
			wantCode(t, e.Decide(ada, key, oauth), CodeInvalid, "key")
			wantCode(t, e.DecideConnector(ada, key), CodeInvalid)
		}
		for _, s := range []*auth.Scheme{nil, {}, {ID: "x"}, {ID: "x", Type: "new"}, {Type: auth.Basic}} {
			wantCode(t, e.Decide(ada, "slack", s), CodeInvalid, "scheme")
		}
	}
	// An invalid question is not answered with somebody's rule.
	d := single(t, `{'id':'p','connectors':[{'match':'*','effect':'enable','ownApp':true}]}`).Decide(ada, "slack", nil)
	if _, _, ok := d.Rule(); ok || d.RequiresOwnApp() || d.Presets() != nil {
		t.Error(d)
	}
}
