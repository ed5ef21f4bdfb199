package governance

import (
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

func TestG4_TheMostSpecificRuleDecides(t *testing.T) {
	t.Parallel()
	const doc = `{'id':'p','revision':7,'connectors':[
		{'match':'*','effect':'disable','reason':'ask first'},
		{'match':'acme/*','effect':'enable','schemes':[{'type':'basic','effect':'disable'}]},
		{'match':'acme/crm','effect':'disable'},
		{'match':'acme','effect':'enable'}]}`
	e := single(t, doc)
	for _, c := range []struct {
		key   connector.Key
		code  Code
		match version.Scope
		index int
	}{
		{"acme/crm", CodeDisabled, "acme/crm", 2},
		{"acme/mail", CodeEnabled, "acme/*", 1},
		{"acme", CodeEnabled, "acme", 3},
		{"acme2/mail", CodeDisabled, "*", 0},
		{"slack", CodeDisabled, "*", 0},
	} {
		d := e.Decide(ada, c.key, oauth)
		wantCode(t, d, c.code, `policy "p" (revision 7) of tenant "acme"`, string(c.key), string(c.match))
		match, index, ok := d.Rule()
		if match != c.match || index != c.index || !ok || d.Revision() != 7 || d.Key() != c.key || d.Scheme() != "oauth2" {
			t.Errorf("%s: %s %d %t", c.key, match, index, ok)
		}
	}
	wantCode(t, e.Decide(ada, "slack", oauth), CodeDisabled, "ask first")
	// Rules are not merged either: "acme" knows nothing of what "acme/*" disables.
	wantCode(t, e.Decide(ada, "acme/mail", basic), CodeSchemeDisabled, `scheme "basic"`)
	wantCode(t, e.Decide(ada, "acme", basic), CodeEnabled)
}

func TestG4_DefaultIsForWhatNoRuleMatches(t *testing.T) {
	t.Parallel()
	const rules = `'connectors':[{'match':'slack','effect':'enable'},{'match':'acme/*','effect':'disable'}]}`
	for _, c := range []struct {
		doc  string
		code Code
	}{
		{`{'id':'p',` + rules, CodeDefault},
		{`{'id':'p','default':'enable',` + rules, CodeDefault},
		{`{'id':'p','default':'disable',` + rules, CodeDefaultDisabled},
	} {
		e := single(t, c.doc)
		d := e.Decide(ada, "jira", oauth)
		wantCode(t, d, c.code, `has no rule for connector "jira"`)
		if match, index, ok := d.Rule(); ok || match != "" || index != -1 {
			t.Errorf("%s %d %t", match, index, ok)
		}
		wantCode(t, e.Decide(ada, "slack", oauth), CodeEnabled)
		wantCode(t, e.Decide(ada, "acme/crm", oauth), CodeDisabled)
	}
}

func TestG4_AnEmptyAllowListDeniesAll(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{`{'id':'p','default':'disable','connectors':[]}`, `{'id':'p','default':'disable'}`} {
		e := single(t, doc)
		wantCode(t, e.Decide(ada, "slack", oauth), CodeDefaultDisabled)
		wantCode(t, e.DecideConnector(ada, "slack"), CodeDefaultDisabled)
	}
	for _, schemes := range []string{`,'schemes':[]`, ``} {
		e := single(t, `{'id':'p','connectors':[{'match':'*','effect':'enable','schemeDefault':'disable'`+schemes+`}]}`)
		wantCode(t, e.Decide(ada, "slack", oauth), CodeSchemeDefault, `no rule for scheme "oauth2" (oauth2.code)`)
		wantCode(t, e.DecideConnector(ada, "slack"), CodeEnabled)
	}
	// Nor does one become open by being written and read again.
	p := &Policy{ID: "p", Default: Disable, Connectors: []Rule{{Match: "slack", Effect: Enable, SchemeDefault: Disable, Schemes: []SchemeRule{}}}}
	again := must(ParsePolicy([]byte(encoded(t, p))))(t)
	e := compileAll(t, []*Policy{again}, bound(Tenant("acme"), "p"))
	wantCode(t, e.Decide(ada, "slack", oauth), CodeSchemeDefault)
	wantCode(t, e.Decide(ada, "jira", oauth), CodeDefaultDisabled)
}

func TestG4_SchemesAreDisabledByIDOrType(t *testing.T) {
	t.Parallel()
	const rule = `{'id':'p','connectors':[{'match':'slack','effect':'enable',`
	tests := []struct {
		name, doc string
		want      map[*auth.Scheme]Code
	}{
		{"by id", rule + `'schemes':[{'id':'basic','effect':'disable'}]}]}`, map[*auth.Scheme]Code{
			basic: CodeSchemeDisabled, oauth: CodeEnabled, apiKey: CodeEnabled,
		}},
		{"by type", rule + `'schemes':[{'type':'basic','effect':'disable'}]}]}`, map[*auth.Scheme]Code{
			basic: CodeSchemeDisabled, oauth: CodeEnabled, {ID: "other", Type: auth.Basic}: CodeSchemeDisabled,
			{ID: "basic", Type: auth.Bearer}: CodeEnabled,
		}},
		{"allow-list", rule + `'schemeDefault':'disable','schemes':[{'type':'oauth2.code','effect':'enable'},{'id':'key','effect':'enable'}]}]}`, map[*auth.Scheme]Code{
			basic: CodeSchemeDefault, oauth: CodeEnabled, apiKey: CodeEnabled,
		}},
		{"id before type", rule + `'schemes':[{'type':'basic','effect':'enable'},{'id':'basic','effect':'disable'},{'id':'ok','effect':'enable'},{'type':'bearer','effect':'disable'}]}]}`, map[*auth.Scheme]Code{
			basic: CodeSchemeDisabled, {ID: "x", Type: auth.Basic}: CodeEnabled,
			{ID: "ok", Type: auth.Bearer}: CodeEnabled, {ID: "x", Type: auth.Bearer}: CodeSchemeDisabled,
		}},
		{"none of a disabled connector", `{'id':'p','connectors':[{'match':'slack','effect':'disable','schemes':[{'id':'basic','effect':'enable'}]}]}`, map[*auth.Scheme]Code{
			basic: CodeDisabled, oauth: CodeDisabled,
		}},
	}
	for _, c := range tests {
		e := single(t, c.doc)
		for s, want := range c.want {
			if d := e.Decide(ada, "slack", s); d.Code() != want {
				t.Errorf("%s, %s: %s", c.name, s.ID, d)
			}
		}
	}
}

func TestG4_OwnAppIsRequiredWhereThereIsAnApp(t *testing.T) {
	t.Parallel()
	e := single(t, `{'id':'p','connectors':[{'match':'slack','effect':'enable','ownApp':true,'schemes':[{'id':'off','effect':'disable'}]},
		{'match':'jira','effect':'enable'},{'match':'mail','effect':'disable','ownApp':true}]}`)
	for typ, want := range map[auth.Type]bool{
		auth.OAuth2Code: true, auth.ClientCredentials: true, auth.Device: true, auth.JWTBearer: true, auth.PrivateKeyJWT: true, auth.OAuth1: true,
		auth.None: false, auth.Basic: false, auth.APIKey: false, auth.Bearer: false, auth.AWSSigV4: false, auth.MTLS: false, auth.Custom: false,
	} {
		if got := e.Decide(ada, "slack", &auth.Scheme{ID: "s", Type: typ}).RequiresOwnApp(); got != want {
			t.Errorf("%s: %t", typ, got)
		}
	}
	if !e.DecideConnector(ada, "slack").RequiresOwnApp() || e.DecideConnector(ada, "jira").RequiresOwnApp() {
		t.Error("of the connector as a whole")
	}
	if e.Decide(ada, "slack", &auth.Scheme{ID: "off", Type: auth.OAuth2Code}).RequiresOwnApp() || e.Decide(ada, "mail", oauth).RequiresOwnApp() {
		t.Error("of what is denied")
	}
}
