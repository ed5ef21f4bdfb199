package auth

import (
	"fmt"
	"strings"
	"testing"
)

func TestQuirksWithoutFaults(t *testing.T) {
	t.Parallel()
	var none *Quirks
	check(t, none.Validate())
	check(t, (&Quirks{}).Validate())
	check(t, (&Quirks{
		ScopeSeparator: ", ", ScopeParam: "user_scope", ClientAuth: ClientAuthNone, Body: BodyJSON,
		TokenPath: "data.0.access-token", ExpiryUnit: ExpiryMilliseconds,
		AuthorizeParams: map[string]string{"access_type": "offline", "prompt": "consent", "claims[x]": "Über"},
		TokenParams:     map[string]string{"tenant": ""}, PKCE: PKCERequired,
		Audience: "api.example.com", Resource: []string{"https://api.example.com/", "urn:example:api"},
	}).Validate())
	check(t, (&Quirks{ScopeParam: "scope", ScopeSeparator: " ", PKCE: PKCEOff}).Validate())
}

func TestQuirksFaults(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range MaxExtraParams + 1 {
		many[fmt.Sprint("p", i)] = ""
	}
	long := strings.Repeat("x", MaxURLBytes+1)
	tests := []struct {
		name   string
		quirks Quirks
		want   []string
	}{
		{"every field", Quirks{
			ScopeSeparator: "x", ScopeParam: "client_id", ClientAuth: "digest", Body: "xml", TokenPath: "a..b",
			ExpiryUnit: "h", AuthorizeParams: map[string]string{"state": "fixed"},
			TokenParams: map[string]string{"grant_type": "password"}, PKCE: "plain", Audience: "a b", AssertionAudience: "a\tb",
			Resource: []string{"relative", "https://u@example.com/", "https://example.com/#f", "::", "x:" + long},
		}, []string{
			"scopeSeparator: must be spaces or punctuation",
			"scopeParam: is a parameter that the protocol sets",
			"clientAuth: must be one of basic, post, none",
			"body: must be one of form, json",
			"tokenPath: must be names of letters, digits, '_' and '-' joined by '.'",
			"expiryUnit: must be one of s, ms",
			"authorizeParams/state: is a parameter that the protocol sets",
			"tokenParams/grant_type: is a parameter that the protocol sets",
			"pkce: must be one of required, off",
			"audience: must be visible ASCII",
			"resource/0: must be an absolute URI without fragment",
			"resource/1: contains user information",
			"resource/2: must be an absolute URI without fragment",
			"resource/3: must be an absolute URI without fragment",
			"resource/4: is longer than 2048 bytes",
			"assertionAudience: must be visible ASCII",
		}},
		{"bounds", Quirks{
			ScopeSeparator: ",,,,,", TokenPath: long, AuthorizeParams: many, Audience: long,
			TokenParams: map[string]string{"v": long}, Resource: make([]string, MaxResources+1),
		}, []string{
			"scopeSeparator: is longer than 4 bytes",
			"tokenPath: is longer than 128 bytes",
			"authorizeParams: has more than 32 entries",
			"tokenParams/v: is longer than 2048 bytes",
			"audience: is longer than 2048 bytes",
			"resource: has more than 16 entries",
		}},
		{"deep path", Quirks{TokenPath: "a.b.c.d.e.f.g.h.i"}, []string{"tokenPath: has more than 8 steps"}},
		{"control characters", Quirks{ScopeSeparator: "\n"}, []string{"scopeSeparator: must be spaces or punctuation"}},
		{"names", Quirks{TokenParams: map[string]string{"": "", "a b": "", "Client_Secret": "", long: ""}}, []string{
			"tokenParams/: has an empty name",
			"tokenParams/Client_Secret: is a parameter that the protocol sets",
			"tokenParams: is not a request parameter name",
			"tokenParams: has a name that is longer than 128 bytes",
		}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			check(t, c.quirks.Validate(), c.want...)
		})
	}
}
