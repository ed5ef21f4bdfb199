package governance

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

const fullPolicy = `{
  "id": "finance", "name": "Finance", "description": "For the\nfinance people.", "revision": 3, "default": "disable",
  "connectors": [
    {"match": "acme/*", "effect": "enable", "reason": "ask Bob", "schemeDefault": "disable", "ownApp": true,
     "schemes": [{"id": "oauth2", "effect": "enable"}, {"type": "basic", "effect": "disable"}],
     "presets": [
       {"param": "region", "value": "eu", "mode": "fixed", "hidden": true},
       {"scheme": "oauth2", "param": "region", "value": ["a", {"b": 1.5}], "mode": "default"},
       {"scheme": "oauth2", "param": "client_secret", "secret": {"sealed": "v1.abc"}, "mode": "fixed"},
       {"param": "flag", "value": false, "mode": "fixed"}
     ]},
    {"match": "slack", "effect": "disable"}
  ]
}`

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	got := must(ParsePolicy([]byte(fullPolicy)))(t)
	want := &Policy{
		ID: "finance", Name: "Finance", Description: "For the\nfinance people.", Revision: 3, Default: Disable,
		Connectors: []Rule{
			{
				Match: "acme/*", Effect: Enable, Reason: "ask Bob", SchemeDefault: Disable, OwnApp: true,
				Schemes: []SchemeRule{{ID: "oauth2", Effect: Enable}, {Type: auth.Basic, Effect: Disable}},
				Presets: []Preset{
					{Param: "region", Value: "eu", Mode: PresetFixed, Hidden: true},
					{Scheme: "oauth2", Param: "region", Value: []any{"a", map[string]any{"b": 1.5}}, Mode: PresetDefault},
					{Scheme: "oauth2", Param: "client_secret", Secret: SealedSecret("v1.abc"), Mode: PresetFixed},
					{Param: "flag", Value: false, Mode: PresetFixed},
				},
			},
			{Match: "slack", Effect: Disable},
		},
	}
	same := cmp.Comparer(func(a, b Secret) bool { return a.sealed == b.sealed && a.fresh.Equal(b.fresh) && a.masked == b.masked })
	if d := cmp.Diff(want, got, same); d != "" {
		t.Error(d)
	}
	again := must(ParsePolicy([]byte(encoded(t, got))))(t)
	if d := cmp.Diff(got, again, same); d != "" {
		t.Errorf("written and read again: %s", d)
	}
	if d := cmp.Diff(got, got.Clone(), same); d != "" {
		t.Errorf("copied: %s", d)
	}
}

func TestG4_AnUnknownMemberIsAnError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ doc, pointer string }{
		{`{"id":"p","conectors":[]}`, "/conectors"},
		{`{"id":"p","Default":"disable"}`, "/Default"},
		{`{"id":"p","x-note":"hello"}`, "/x-note"},
		{`{"id":"p","allow":[]}`, "/allow"},
		{`{"id":"p","connectors":[{"match":"*","effect":"enable","scheme":[]}]}`, "/connectors/0/scheme"},
		{`{"id":"p","connectors":[{"match":"*","effect":"enable","schemes":[{"id":"a","effect":"disable","if":1}]}]}`, "/connectors/0/schemes/0/if"},
		{`{"id":"p","connectors":[{"match":"*","effect":"enable","presets":[{"param":"a","value":1,"mode":"fixed","visible":false}]}]}`, "/connectors/0/presets/0/visible"},
	} {
		p, err := ParsePolicy([]byte(c.doc))
		if p != nil {
			t.Errorf("%s is accepted", c.doc)
		}
		wantFaults(t, faultsOf(t, err), c.pointer+" unknown member")
	}
}

func TestParsePolicyTellsEveryFaultWithItsPosition(t *testing.T) {
	t.Parallel()
	const doc = `{
  "id": "No",
  "revision": -1,
  "default": "perhaps",
  "connectors": [
    {"effect": "enable"},
    {"match": "ACME/*", "effect": "on", "ownApp": "yes"},
    7,
    {"match": "slack", "effect": "enable", "schemes": [{"effect": "disable"}, {"id": "a b", "type": "basic", "effect": "disable"},
      {"id": "-", "effect": "disable"}, {"type": "new", "effect": ""}, {"id": "k", "effect": "enable"}, {"id": "k", "effect": "disable"}]},
    {"match": "slack", "effect": "enable", "presets": [{"param": "", "mode": "fixed", "value": ""},
      {"param": "a", "value": 1, "secret": "s3cr3t", "mode": "soft"}, {"param": "b", "mode": "fixed"}, {"param": "b", "scheme": "!", "mode": "fixed", "value": 2},
      {"param": "a", "secret": "[redacted]", "mode": "fixed"}, {"param": "b", "value": 2, "mode": "fixed"}]}
  ],
  "unknown": 1
}`
	p, err := ParsePolicy([]byte(doc))
	if p != nil {
		t.Error("a policy")
	}
	faults := faultsOf(t, err)
	wantFaults(t, faults,
		"/id no id", "/revision negative", `/default "perhaps"`,
		"/connectors/0/match it is empty", `/connectors/1/match publisher contains`, `/connectors/1/effect "on"`, "/connectors/1/ownApp want a boolean",
		"/connectors/2 want an object",
		"/connectors/3/schemes/0 either an id or a type", "/connectors/3/schemes/1 either an id or a type", "/connectors/3/schemes/2/id must be letters",
		"/connectors/3/schemes/3/type not a known type", "/connectors/3/schemes/3/effect missing", "/connectors/3/schemes/5 same as /connectors/3/schemes/4",
		"/connectors/4/match already", "/connectors/4/presets/0/param missing", "/connectors/4/presets/0/value empty",
		"/connectors/4/presets/1 both a value and a secret", "/connectors/4/presets/1/mode soft",
		"/connectors/4/presets/2/secret missing, and so is the value", "/connectors/4/presets/3/scheme must be letters",
		"/connectors/4/presets/4 same scheme and parameter", "/connectors/4/presets/4/secret redacted", "/connectors/4/presets/5 same scheme and parameter",
		"/unknown unknown member",
	)
	if strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("G11: the error contains a secret: %v", err)
	}
	if at := faults[0]; at.Line != 2 || at.Column != 9 {
		t.Errorf("the first is at %d:%d", at.Line, at.Column)
	}
	for _, f := range faults {
		if f.Line < 1 || f.Column < 1 {
			t.Errorf("%v has no position", f)
		}
	}
}

func TestParsePolicyIsBounded(t *testing.T) {
	t.Parallel()
	wantFaults(t, faultsOf(t, must2(ParsePolicy(make([]byte, MaxPolicyBytes+1)))), " at most")
	wantFaults(t, faultsOf(t, must2(ParsePolicy([]byte(`{"id":"p"`)))), " ")
	wantFaults(t, faultsOf(t, must2(ParsePolicy([]byte(`{"id":"p"}{}`)))), " more data")
	wantFaults(t, faultsOf(t, must2(ParsePolicy([]byte(`{"id":"p","id":"q"}`)))), "/id duplicate member")
	wantFaults(t, faultsOf(t, must2(ParsePolicy([]byte(`{"id":"p","connectors":null}`)))), "/connectors want an array")
	rules := strings.TrimSuffix(strings.Repeat(`{"match":"A"},`, 500), ",")
	faults := faultsOf(t, must2(ParsePolicy([]byte(`{"id":"p","connectors":[`+rules+`]}`))))
	if len(faults) != 101 || faults[100].Reason != "900 more faults are not listed" {
		t.Errorf("%d faults, the last is %v", len(faults), faults[len(faults)-1])
	}
}

func must2[T any](_ T, err error) error { return err }

func TestValidateBounds(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	var deep any = "x"
	for range maxValueDepth + 2 {
		deep = []any{deep}
	}
	preset := func(p Preset) *Policy {
		p.Param, p.Mode = "k", PresetFixed
		return &Policy{ID: "p", Connectors: []Rule{{Match: "a", Effect: Enable, Presets: []Preset{p}}}}
	}
	type named string
	tests := []struct {
		policy *Policy
		want   string
	}{
		{nil, " missing"},
		{&Policy{}, "/id missing"},
		{&Policy{ID: long(MaxPolicyIDBytes)}, ""},
		{&Policy{ID: long(MaxPolicyIDBytes + 1)}, "/id at most 128"},
		{&Policy{ID: "p", Default: Effect(long(65))}, `/default "` + long(64) + `"..., want`},
		{&Policy{ID: "p", Name: long(MaxNameBytes + 1)}, "/name at most"},
		{&Policy{ID: "p", Name: "a\x00"}, "/name control character"},
		{&Policy{ID: "p", Description: "\xff"}, "/description UTF-8"},
		{&Policy{ID: "p", Default: Enable, Connectors: []Rule{{Match: "*", Effect: Disable}}}, "/default never applies"},
		{&Policy{ID: "p", Connectors: make([]Rule, MaxRules+1)}, "/connectors at most 50000"},
		{&Policy{ID: "p", Connectors: []Rule{{Match: "a", Effect: Enable, Schemes: make([]SchemeRule, MaxSchemeRules+1)}}}, "/connectors/0/schemes at most"},
		{&Policy{ID: "p", Connectors: []Rule{{Match: "a", Effect: Enable, Presets: make([]Preset, MaxPresets+1)}}}, "/connectors/0/presets at most"},
		{preset(Preset{Value: long(auth.MaxValueBytes)}), ""},
		{preset(Preset{Value: long(auth.MaxValueBytes + 1)}), "/connectors/0/presets/0/value longer"},
		{preset(Preset{Value: deep}), "/connectors/0/presets/0/value not a JSON value"},
		{preset(Preset{Value: func() {}}), "/connectors/0/presets/0/value not a JSON value"},
		{preset(Preset{Value: named("x")}), "/connectors/0/presets/0/value not a JSON value"},
		{preset(Preset{Value: json.Number("x")}), "/connectors/0/presets/0/value not a JSON value"},
		{preset(Preset{Value: "\xff"}), "/connectors/0/presets/0/value not a JSON value"},
		{preset(Preset{Value: []string{"\xff"}}), "/connectors/0/presets/0/value not a JSON value"},
		{preset(Preset{Value: map[string]any{"\xff": 1}}), "/connectors/0/presets/0/value not a JSON value"},
		{preset(Preset{Value: []any{}}), "/connectors/0/presets/0/value empty"},
		{preset(Preset{Value: []string{}}), "/connectors/0/presets/0/value empty"},
		{preset(Preset{Value: auth.Secret{}}), "/connectors/0/presets/0/value empty"},
		{preset(Preset{Value: auth.NewSecret("x")}), "/connectors/0/presets/0/value in the clear"},
		{preset(Preset{Value: NewSecret(auth.NewSecret("x"))}), "/connectors/0/presets/0/value in the clear"},
		{preset(Preset{Value: map[string]any{"a": []any{nil, true, 1, uint8(2), 1.5, json.Number("3"), json.RawMessage("{}"), []string{"x"}}}}), ""},
		{preset(Preset{Secret: NewSecret(auth.NewSecret(long(auth.MaxValueBytes)))}), ""},
		{preset(Preset{Secret: NewSecret(auth.NewSecret(long(auth.MaxValueBytes + 1)))}), "/connectors/0/presets/0/secret longer"},
		{preset(Preset{Secret: SealedSecret(long(MaxSealedBytes + 1))}), "/connectors/0/presets/0/secret longer"},
		{preset(Preset{Secret: SealedSecret("a b")}), "/connectors/0/presets/0/secret visible ASCII"},
		{preset(Preset{Secret: SealedSecret("ab").mask()}), "/connectors/0/presets/0/secret mask"},
	}
	for i, c := range tests {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			if c.want == "" {
				wantFaults(t, c.policy.Validate())
			} else {
				wantFaults(t, c.policy.Validate(), c.want)
			}
		})
	}
}

func TestTwoRulesWithTheSameMatchAreAFault(t *testing.T) {
	t.Parallel()
	for _, m := range []version.Scope{"slack", "acme/*", "*"} {
		p := &Policy{ID: "p", Connectors: []Rule{{Match: m, Effect: Enable}, {Match: "x", Effect: Enable}, {Match: m, Effect: Enable}}}
		wantFaults(t, p.Validate(), "/connectors/2/match matched at /connectors/0 already")
	}
	if s := connector.Faults((&Policy{}).Validate()).Error(); s != "/id: it is missing" {
		t.Error(s)
	}
}
