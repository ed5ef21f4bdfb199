package governance

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector/version"
)

type schemaNode struct {
	Enum       []string               `json:"enum"`
	Pattern    string                 `json:"pattern"`
	MaxItems   int                    `json:"maxItems"`
	Required   []string               `json:"required"`
	Properties map[string]*schemaNode `json:"properties"`
	Additional any                    `json:"additionalProperties"`
	Items      *schemaNode            `json:"items"`
	Defs       map[string]*schemaNode `json:"$defs"`
	Text       string                 `json:"description"`
}

func TestTheSchemaIsInStepWithTheTypes(t *testing.T) {
	t.Parallel()
	var root schemaNode
	if err := json.Unmarshal(PolicySchema(), &root); err != nil {
		t.Fatal(err)
	}
	for name, typ := range map[string]reflect.Type{
		"": reflect.TypeFor[Policy](), "rule": reflect.TypeFor[Rule](), "scheme": reflect.TypeFor[SchemeRule](), "preset": reflect.TypeFor[Preset](),
	} {
		node := root.Defs[name]
		if name == "" {
			node = &root
		}
		if node == nil || node.Text == "" || node.Additional != false {
			t.Fatalf("%s: wants a description and no other members", name)
		}
		var members, required, inSchema []string
		for f := range typ.Fields() {
			member, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			members = append(members, member)
			if options == "" {
				required = append(required, member)
			}
		}
		for member, p := range node.Properties {
			if inSchema = append(inSchema, member); p.Text == "" {
				t.Errorf("%s: %s has no description", name, member)
			}
		}
		slices.Sort(members)
		slices.Sort(inSchema)
		if d := cmp.Diff(members, inSchema) + cmp.Diff(required, node.Required); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	rule, scheme, preset := root.Defs["rule"], root.Defs["scheme"], root.Defs["preset"]
	if root.Properties["connectors"].MaxItems != MaxRules || rule.Properties["schemes"].MaxItems != MaxSchemeRules || rule.Properties["presets"].MaxItems != MaxPresets {
		t.Error("the bounds differ")
	}
	for _, typ := range scheme.Properties["type"].Enum {
		if !auth.Type(typ).Known() {
			t.Errorf("%s is no type", typ)
		}
	}
	if len(scheme.Properties["type"].Enum) != 13 || !slices.Equal(preset.Properties["mode"].Enum, []string{string(PresetFixed), string(PresetDefault)}) {
		t.Error("values differ")
	}
	// The patterns accept what Validate accepts.
	match, id := regexp.MustCompile(rule.Properties["match"].Pattern), regexp.MustCompile(root.Properties["id"].Pattern)
	for _, s := range []string{"*", "acme/*", "acme/crm", "slack", "a.b-c_d", "", "/*", "*/x", "acme/", "A", "a/b/c", "a/*x", "-"} {
		p := Policy{ID: "p", Connectors: []Rule{{Match: version.Scope(s), Effect: Enable}}}
		if got := p.Validate() == nil; got != match.MatchString(s) {
			t.Errorf("match %q: %t", s, got)
		}
		if got := policyIDReason(s) == ""; got != id.MatchString(s) {
			t.Errorf("id %q: %t", s, got)
		}
	}
	PolicySchema()[0] = 'x'
	if PolicySchema()[0] != '{' {
		t.Error("the schema is shared")
	}
}
