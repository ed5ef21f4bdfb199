package governance_test

import (
	"fmt"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/governance"
)

// A policy for one tenant: mail only, by OAuth and the tenant's own app.
func Example() {
	policy, err := governance.ParsePolicy([]byte(`{
		"id": "finance",
		"default": "disable",
		"connectors": [{
			"match": "acme/*", "effect": "enable", "ownApp": true, "reason": "passwords are not allowed",
			"schemes": [{"type": "basic", "effect": "disable"}],
			"presets": [{"param": "region", "value": "eu", "mode": "fixed", "hidden": true}]
		}]
	}`))
	check(err)
	engine, err := governance.Compile([]*governance.Policy{policy}, []governance.Assignment{
		{Scope: governance.Tenant("acme"), Policy: "finance"},
		{Scope: governance.User("acme", "root"), Policy: governance.NoPolicy},
	})
	check(err)

	ada := governance.Subject{Tenant: "acme", User: "ada"}
	oauth := auth.Scheme{ID: "oauth2", Type: auth.OAuth2Code, Params: []auth.Param{{Key: "site"}, {Key: "region"}}}
	basic := auth.Scheme{ID: "password", Type: auth.Basic}

	decision := engine.Decide(ada, "acme/mail", &oauth)
	fmt.Println(decision.Allowed(), decision.Code(), decision.RequiresOwnApp())
	for _, field := range decision.Form(oauth.Params) {
		fmt.Println("asked for:", field.Param.Key)
	}
	values, faults, err := decision.Apply(oauth.Params, map[string]any{"site": "north"}, nil)
	fmt.Println(values, faults, err)

	fmt.Println(engine.Decide(ada, "acme/mail", &basic).Err())
	fmt.Println(engine.Decide(ada, "slack", &oauth).Code())
	fmt.Println(engine.Decide(governance.Subject{Tenant: "acme", User: "root"}, "slack", &oauth).Code())
	// Output:
	// true enabled true
	// asked for: site
	// map[region:eu site:north] [] <nil>
	// disabled by policy: policy "finance" (revision 0) of tenant "acme" disables scheme "password" (basic) of connector "acme/mail" by its rule for "acme/*": passwords are not allowed
	// defaultDisabled
	// noPolicy
}

func ExamplePreview() {
	engine, err := governance.Compile(nil, nil)
	check(err)
	after, err := engine.Apply(
		governance.Put(&governance.Policy{ID: "closed", Default: governance.Disable}),
		governance.Assign(governance.Tenant("acme"), "closed"))
	check(err)
	published := []governance.Published{{Key: "slack", Schemes: []auth.Scheme{{ID: "oauth2", Type: auth.OAuth2Code}}}}
	existing := func(yield func(governance.Connection, error) bool) {
		yield(governance.Connection{ID: "c1", Tenant: "acme", User: "ada", Key: "slack", Scheme: "oauth2"}, nil)
	}
	impact, err := governance.Preview(engine, after, published, existing, nil)
	check(err)
	for _, tenant := range impact.Tenants {
		fmt.Println(tenant.Tenant, tenant.Refused[0].Connection.ID, tenant.Refused[0].After.Code)
		for _, offer := range tenant.Audiences[0].Vanish {
			fmt.Printf("vanishes: %s %q\n", offer.Key, offer.Scheme)
		}
	}
	// Output:
	// acme c1 defaultDisabled
	// vanishes: slack ""
	// vanishes: slack "oauth2"
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
