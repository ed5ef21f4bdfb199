package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/cedar-policy/cedar-go"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// policyPeer compiles rules into something that answers.
type policyPeer struct {
	name    string
	quick   int // rules that -quick has time for
	compile func([]policyRule) (decider, error)
}

func policyPeers() []policyPeer {
	return []policyPeer{
		{"cedar-go", 10_000, cedarPolicy}, {"OPA", 10_000, opaPolicy}, {"casbin", 1000, casbinPolicy}, {"cel-go", 1000, celPolicy},
	}
}

// cedarPolicy makes one policy of each rule. A connector's parent is its
// publisher.
func cedarPolicy(rules []policyRule) (decider, error) {
	var text strings.Builder
	for _, r := range rules {
		effect := "permit"
		if !r.allow {
			effect = "forbid"
		}
		resource := fmt.Sprintf("resource == Connector::%q", r.match)
		if strings.HasSuffix(r.match, "/*") {
			resource = fmt.Sprintf("resource in Publisher::%q", r.match)
		}
		fmt.Fprintf(&text, "%s (principal in Group::%q, action == Action::\"connect\", %s) when { context.tenant == %q && [%q, %q].contains(context.scheme) };\n",
			effect, r.group, resource, benchTenant, r.schemes[0], r.schemes[1])
	}
	policies, err := cedar.NewPolicySetFromBytes("rules", []byte(text.String()))
	if err != nil {
		return nil, err
	}
	user := cedar.NewEntityUID("User", "ada")
	var groups []cedar.EntityUID
	for _, g := range userGroups {
		groups = append(groups, cedar.NewEntityUID("Group", cedar.String(g)))
	}
	of := func(q *question) cedar.EntityMap {
		resource := cedar.NewEntityUID("Connector", cedar.String(q.key))
		publisher := cedar.NewEntityUID("Publisher", cedar.String(q.publisher))
		entities := cedar.EntityMap{
			user:      {UID: user, Parents: cedar.NewEntityUIDSet(groups...)},
			resource:  {UID: resource, Parents: cedar.NewEntityUIDSet(publisher)},
			publisher: {UID: publisher},
		}
		for _, g := range groups {
			entities[g] = cedar.Entity{UID: g}
		}
		return entities
	}
	known := map[string]cedar.EntityMap{} // a program keeps them
	action := cedar.NewEntityUID("Action", "connect")
	return func(q *question) (bool, error) {
		entities := known[q.key]
		if entities == nil {
			entities = of(q)
			known[q.key] = entities
		}
		decision, why := cedar.Authorize(policies, entities, cedar.Request{
			Principal: user, Action: action, Resource: cedar.NewEntityUID("Connector", cedar.String(q.key)),
			Context: cedar.NewRecord(cedar.RecordMap{"scheme": cedar.String(q.scheme), "tenant": cedar.String(benchTenant)}),
		})
		if len(why.Errors) > 0 {
			return false, errors.New(why.Errors[0].Message)
		}
		return decision == cedar.Allow, nil
	}, nil
}

// opaRules look the rules up that are about a connector or its publisher.
const opaRules = `package p
default allow := false
hit contains r if {
	some match in [input.key, input.publisher]
	some r in data.rules[match]
	r.tenant == input.tenant
	r.group in input.groups
	input.scheme in r.schemes
}
denied if { some r in hit; not r.allow }
allow if { some r in hit; r.allow; not denied }
`

func opaPolicy(rules []policyRule) (decider, error) {
	ctx := context.Background()
	byMatch := map[string]any{}
	for _, r := range rules {
		byMatch[r.match] = []any{map[string]any{
			"tenant": benchTenant, "group": r.group, "schemes": []any{r.schemes[0], r.schemes[1]}, "allow": r.allow,
		}}
	}
	query, err := rego.New(
		rego.Query("x = data.p.allow"), rego.Module("p.rego", opaRules), rego.Store(inmem.NewFromObject(map[string]any{"rules": byMatch})),
	).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	var groups []any
	for _, g := range userGroups {
		groups = append(groups, g)
	}
	return func(q *question) (bool, error) {
		results, err := query.Eval(ctx, rego.EvalInput(map[string]any{
			"tenant": benchTenant, "key": q.key, "publisher": q.publisher, "scheme": q.scheme, "groups": groups,
		}))
		if err != nil || len(results) != 1 {
			return false, errors.Join(err, fmt.Errorf("%d results", len(results)))
		}
		return results[0].Bindings["x"] == true, nil
	}, nil
}

const casbinModel = `
[request_definition]
r = sub, dom, obj, pub, act
[policy_definition]
p = sub, dom, obj, act, eft
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = (r.obj == p.obj || r.pub == p.obj) && r.act == p.act && r.dom == p.dom && g(r.sub, p.sub, r.dom)
`

func casbinPolicy(rules []policyRule) (decider, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	var rows, groups [][]string
	for _, r := range rules {
		effect := "allow"
		if !r.allow {
			effect = "deny"
		}
		for _, s := range r.schemes {
			rows = append(rows, []string{r.group, benchTenant, r.match, s, effect})
		}
	}
	for _, g := range userGroups {
		groups = append(groups, []string{"ada", g, benchTenant})
	}
	if ok, err := e.AddPolicies(rows); err != nil || !ok {
		return nil, errors.Join(err, fmt.Errorf("added: %t", ok))
	}
	if ok, err := e.AddGroupingPolicies(groups); err != nil || !ok {
		return nil, errors.Join(err, fmt.Errorf("added: %t", ok))
	}
	return func(q *question) (bool, error) { return e.Enforce("ada", benchTenant, q.key, q.publisher, q.scheme) }, nil
}

// celPolicy compiles each rule to a program. They are tried one after another,
// since CEL has no notion of many.
func celPolicy(rules []policyRule) (decider, error) {
	env, err := cel.NewEnv(
		cel.Variable("tenant", cel.StringType), cel.Variable("key", cel.StringType), cel.Variable("publisher", cel.StringType),
		cel.Variable("scheme", cel.StringType), cel.Variable("groups", cel.ListType(cel.StringType)),
	)
	if err != nil {
		return nil, err
	}
	programs := make([]cel.Program, len(rules))
	for i, r := range rules {
		ast, issues := env.Compile(fmt.Sprintf(
			"(key == %q || publisher == %q) && tenant == %q && scheme in [%q, %q] && %q in groups", r.match, r.match, benchTenant, r.schemes[0], r.schemes[1], r.group))
		if issues.Err() != nil {
			return nil, issues.Err()
		}
		if programs[i], err = env.Program(ast, cel.EvalOptions(cel.OptOptimize)); err != nil {
			return nil, err
		}
	}
	return func(q *question) (bool, error) {
		in, err := cel.NewActivation(map[string]any{
			"tenant": benchTenant, "key": q.key, "publisher": q.publisher, "scheme": q.scheme, "groups": userGroups,
		})
		if err != nil {
			return false, err
		}
		allowed := false
		for i, p := range programs {
			hit, _, err := p.Eval(in)
			if err != nil {
				return false, err
			}
			if hit.Value() == true {
				if !rules[i].allow {
					return false, nil
				}
				allowed = true
			}
		}
		return allowed, nil
	}, nil
}
