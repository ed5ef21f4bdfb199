package governance

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// params are those of the scheme that the presets of these tests are for.
func params() []auth.Param {
	return []auth.Param{
		{Key: "site", Role: auth.RoleRequired},
		{Key: "region", Enum: []any{"eu", "us"}},
		{Key: "port", Kind: auth.KindInteger, Min: new(1.0)},
		{Key: "client_secret", Secret: true, Role: auth.RoleRequired},
		{Key: "token", Secret: true},
		{Key: "tags", Kind: auth.KindArray},
		{Key: "internal", Role: auth.RoleHidden},
	}
}

// presetting decides with these presets, given as JSON with ' for ".
func presetting(tb testing.TB, presets string) Decision {
	tb.Helper()
	e := single(tb, `{'id':'p','connectors':[{'match':'slack','effect':'enable','presets':[`+presets+`]}]}`)
	return e.Decide(ada, "slack", oauth)
}

func opener(_ PresetField, ref string) (auth.Secret, error) {
	if ref == "broken" {
		return auth.Secret{}, errors.New("no key")
	}
	return auth.NewSecret(strings.TrimPrefix(ref, "sealed:")), nil
}

func TestG4_PresetsAreFixedOrDefaultsShownOrHidden(t *testing.T) {
	t.Parallel()
	const required = `{'param':'site','value':'x','mode':'fixed'},{'param':'client_secret','secret':{'sealed':'sealed:s'},'mode':'fixed'},`
	tests := []struct {
		name, preset string
		given        map[string]any
		want         any    // the value of the parameter
		faults       string // or these
	}{
		{"fixed", `{'param':'region','value':'eu','mode':'fixed'}`, nil, "eu", ""},
		{"fixed, the same given", `{'param':'region','value':'eu','mode':'fixed'}`, map[string]any{"region": "eu"}, "eu", ""},
		{"fixed, blank given", `{'param':'region','value':'eu','mode':'fixed'}`, map[string]any{"region": ""}, "eu", ""},
		{"fixed, another given", `{'param':'region','value':'eu','mode':'fixed'}`, map[string]any{"region": "us"}, nil, `region: is fixed by policy "p" to another value`},
		{"default", `{'param':'region','value':'eu','mode':'default'}`, nil, "eu", ""},
		{"default, another given", `{'param':'region','value':'eu','mode':'default'}`, map[string]any{"region": "us"}, "us", ""},
		{"hidden", `{'param':'region','value':'eu','mode':'fixed','hidden':true}`, nil, "eu", ""},
		{"hidden, the same given", `{'param':'region','value':'eu','mode':'fixed','hidden':true}`, map[string]any{"region": "eu"}, nil, `region: is set by policy "p" and cannot be given`},
		{"hidden default, given", `{'param':'region','value':'eu','mode':'default','hidden':true}`, map[string]any{"region": "us"}, nil, `region: is set by policy "p" and cannot be given`},
		{"number", `{'param':'port','value':8080,'mode':'fixed'}`, map[string]any{"port": 8080}, 8080.0, ""},
		{"list", `{'param':'tags','value':['a','b'],'mode':'fixed'}`, map[string]any{"tags": []string{"a", "b"}}, []any{"a", "b"}, ""},
		{"list, another order", `{'param':'tags','value':['a','b'],'mode':'fixed'}`, map[string]any{"tags": []string{"b", "a"}}, nil, `tags: is fixed by policy "p" to another value`},
		{"no JSON given", `{'param':'tags','value':['a'],'mode':'fixed'}`, map[string]any{"tags": func() {}}, nil, `tags: is fixed by policy "p" to another value`},
		{"secret given for a fixed value", `{'param':'region','value':'eu','mode':'fixed'}`, map[string]any{"region": auth.NewSecret("eu")}, nil, `region: is fixed by policy "p" to another value`},
		{"secret", `{'param':'token','secret':{'sealed':'sealed:t'},'mode':'fixed'}`, nil, "secret t", ""},
		{"secret, guessed", `{'param':'token','secret':{'sealed':'sealed:t'},'mode':'fixed'}`, map[string]any{"token": "t"}, nil, `token: is set by policy "p" and cannot be given`},
		{"secret default, given", `{'param':'token','secret':{'sealed':'broken'},'mode':'default'}`, map[string]any{"token": "mine"}, "mine", ""},
		{"secret not sealed yet", `{'param':'token','secret':'n','mode':'fixed'}`, nil, "secret n", ""},
		{"secret in the clear", `{'param':'token','value':'t','mode':'fixed'}`, nil, nil, `token: is a secret, but policy "p" presets it in the clear`},
		{"secret for no secret", `{'param':'region','secret':{'sealed':'sealed:eu'},'mode':'fixed'}`, nil, nil, `region: is no secret, but policy "p" presets it as one`},
		{"hidden parameter", `{'param':'internal','value':'i','mode':'default'}`, nil, "i", ""},
		{"hidden parameter, given", `{'param':'internal','value':'i','mode':'default'}`, map[string]any{"internal": "i"}, nil, `internal: is set by policy "p" and cannot be given`},
		{"hidden parameter, not preset", `{'param':'nowhere','value':'i','mode':'default'}`, map[string]any{"internal": "i"}, nil, "internal: is not a parameter here"},
		{"value that is not accepted", `{'param':'region','value':'mars','mode':'fixed'}`, nil, nil, `region: as preset by policy "p" is not one of the allowed values`},
		{"scheme first", `{'param':'region','value':'eu','mode':'fixed'},{'scheme':'oauth2','param':'region','value':'us','mode':'default'}`, nil, "us", ""},
		{"scheme first, in any order", `{'scheme':'oauth2','param':'region','value':'us','mode':'default'},{'param':'region','value':'eu','mode':'fixed'}`, nil, "us", ""},
		{"another scheme", `{'scheme':'basic','param':'region','value':'us','mode':'fixed'}`, nil, nil, ""},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			given := fmt.Sprint(c.given)
			values, faults, err := presetting(t, required+c.preset).Apply(params(), c.given, opener)
			if err != nil || authFaults(faults) != c.faults || (values == nil) != (c.faults != "") {
				t.Fatalf("%v %q %v", values, authFaults(faults), err)
			}
			if given != fmt.Sprint(c.given) {
				t.Error("the values that were given have changed")
			}
			if c.faults != "" {
				return
			}
			_, param, _ := strings.Cut(c.preset, "'param':'")
			param, _, _ = strings.Cut(param, "'")
			got := values[param]
			if s, ok := got.(auth.Secret); ok {
				got = "secret " + s.Reveal()
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestApplyTellsEverythingAtOnceByKey(t *testing.T) {
	t.Parallel()
	d := presetting(t, `{'param':'region','value':'eu','mode':'fixed'},{'param':'tags','value':['x'],'mode':'default','hidden':true}`)
	_, faults, err := d.Apply(params(), map[string]any{
		"region": "us", "port": 0, "tags": []string{"y"}, "zzz": 1, "aaa": 1, "internal": "x",
	}, nil)
	const want = `site: is required; region: is fixed by policy "p" to another value; port: must be at least 1; client_secret: is required; ` +
		`tags: is set by policy "p" and cannot be given; internal: is not a parameter here; aaa: is not a parameter here; zzz: is not a parameter here`
	if authFaults(faults) != want || err != nil {
		t.Errorf("%s\n%v", authFaults(faults), err)
	}
}

func TestG9_ApplyFailsClosed(t *testing.T) {
	t.Parallel()
	var denied *DeniedError
	if v, f, err := (Decision{}).Apply(nil, nil, nil); v != nil || f != nil || !errors.As(err, &denied) || !errors.Is(err, ErrDisabledByPolicy) {
		t.Errorf("the zero decision: %v %v %v", v, f, err)
	}
	whole := compileAll(t, nil).DecideConnector(ada, "slack")
	if v, _, err := whole.Apply(nil, nil, nil); v != nil || !errors.Is(err, connector.ErrInvalid) {
		t.Errorf("a decision about no scheme: %v", err)
	}
	for ref, part := range map[string]string{"broken": "no key", "sealed:": "it is empty"} {
		d := presetting(t, `{'param':'token','secret':{'sealed':'`+ref+`'},'mode':'fixed'}`)
		if v, _, err := d.Apply(params(), nil, opener); v != nil || err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", ref, err)
		}
		if v, _, err := d.Apply(params(), nil, nil); v != nil || err == nil || !strings.Contains(err.Error(), "nothing opens it") {
			t.Errorf("no opener: %v", err)
		}
	}
	if v, f, err := compileAll(t, nil).Decide(ada, "slack", oauth).Apply(params()[1:3], nil, nil); v == nil || f != nil || err != nil {
		t.Errorf("nothing preset: %v %v %v", v, f, err)
	}
}

func TestPresetValuesAreNotShared(t *testing.T) {
	t.Parallel()
	p := &Policy{ID: "p", Connectors: []Rule{{Match: "slack", Effect: Enable, Presets: []Preset{
		{Param: "tags", Value: []any{"a", map[string]any{"k": []string{"v"}}, json.RawMessage(`1`)}, Mode: PresetDefault},
	}}}}
	e := compileAll(t, []*Policy{p}, bound(Tenant("acme"), "p"))
	mine, ok := p.Connectors[0].Presets[0].Value.([]any)
	if !ok {
		t.Fatal("no list")
	}
	mine[0] = "changed"
	p.Connectors[0].Effect = Disable
	d := e.Decide(ada, "slack", oauth)
	declared := []auth.Param{{Key: "tags", Kind: auth.KindJSON}}
	take := func() []any {
		values, faults, err := d.Apply(declared, nil, nil)
		list, isList := values["tags"].([]any)
		if faults != nil || err != nil || !isList {
			t.Fatal(values, faults, err)
		}
		return list
	}
	list := take()
	list[0], list[1].(map[string]any)["k"].([]string)[0] = "changed", "changed"
	for _, other := range []any{d.Form(declared)[0].Param.Default, d.Presets()[0].Value, e.Policy("p").Connectors[0].Presets[0].Value} {
		other.([]any)[0] = "changed"
	}
	if diff := cmp.Diff([]any{"a", map[string]any{"k": []string{"v"}}, json.RawMessage(`1`)}, take()); diff != "" {
		t.Error(diff)
	}
}

func TestFormLeavesHiddenParametersOut(t *testing.T) {
	t.Parallel()
	d := presetting(t, `{'param':'site','value':'x','mode':'fixed','hidden':true},{'param':'region','value':'eu','mode':'fixed'},
		{'param':'port','value':8080,'mode':'default'},{'param':'client_secret','secret':{'sealed':'sealed:s'},'mode':'default'},
		{'param':'token','value':'in the clear','mode':'fixed'},{'param':'internal','value':'i','mode':'default'}`)
	declared := params()
	var lines []string
	for _, f := range d.Form(declared) {
		lines = append(lines, fmt.Sprintf("%s %s %s %v", f.Param.Key, f.Param.Role, f.Preset, f.Param.Default))
	}
	want := []string{"region  fixed eu", "port  default 8080", "client_secret optional default <nil>", "token  fixed <nil>", "tags   <nil>"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(params(), declared); diff != "" {
		t.Errorf("the parameters have changed: %s", diff)
	}
	if (Decision{}).Form(declared) != nil {
		t.Error("a form of what is denied")
	}
	if got := compileAll(t, nil).Decide(ada, "slack", oauth).Form(declared); len(got) != 6 || got[0].Preset != "" {
		t.Errorf("%+v", got)
	}
}

func TestG11_CheckTellsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	schemes := []auth.Scheme{
		{ID: "oauth2", Type: auth.OAuth2Code, Params: params()},
		{ID: "basic", Type: auth.Basic, Params: []auth.Param{{Key: "password", Secret: true, Pattern: "^p"}, {Key: "region"}}},
	}
	const rules = `'effect':'enable','schemes':[{'id':'oath2','effect':'disable'},{'id':'basic','effect':'enable'},{'type':'mtls','effect':'disable'}],'presets':[
		{'param':'client_secret','value':'clear','mode':'fixed'},
		{'param':'region','secret':'x','mode':'fixed'},
		{'param':'port','value':0,'mode':'fixed'},
		{'param':'typo','value':1,'mode':'fixed'},
		{'scheme':'oath2','param':'region','value':'eu','mode':'fixed'},
		{'scheme':'basic','param':'region','value':'mars','mode':'fixed'},
		{'scheme':'basic','param':'password','secret':'q','mode':'fixed'},
		{'scheme':'oauth2','param':'token','secret':{'sealed':'s'},'mode':'fixed'}]}`
	general := []string{
		"/connectors/1/presets/0/value in the clear", "/connectors/1/presets/1/secret oauth2", "/connectors/1/presets/1/secret basic",
		"/connectors/1/presets/2 at least 1",
	}
	last := "/connectors/1/presets/6 does not match the pattern"
	p := parse(t, `{'id':'p','connectors':[{'match':'*','effect':'disable'},{'match':'acme/*',`+rules+`]}`)
	wantFaults(t, p.Check("acme/crm", schemes), append(general, last)...)
	p = parse(t, `{'id':'p','connectors':[{'match':'acme/*','effect':'disable'},{'match':'acme/crm',`+rules+`]}`)
	exact := append([]string{"/connectors/1/schemes/0/id no scheme"}, general...)
	exact = append(exact, "/connectors/1/presets/3/param no parameter", "/connectors/1/presets/4/scheme no scheme", last)
	wantFaults(t, p.Check("acme/crm", schemes), exact...)
	wantFaults(t, p.Check("acme/other", schemes))
	wantFaults(t, p.Check("slack", schemes))
	wantFaults(t, (*Policy)(nil).Check("slack", schemes))
}
