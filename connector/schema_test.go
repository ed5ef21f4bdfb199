package connector

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// schemaNode is the part of JSON Schema that index.schema.json uses.
type schemaNode struct {
	Type       any                    `json:"type"`
	Ref        string                 `json:"$ref"`
	Enum       []string               `json:"enum"`
	Required   []string               `json:"required"`
	Properties map[string]*schemaNode `json:"properties"`
	Patterns   map[string]bool        `json:"patternProperties"`
	Additional any                    `json:"additionalProperties"`
	Items      *schemaNode            `json:"items"`
	Defs       map[string]*schemaNode `json:"$defs"`
	Text       string                 `json:"description"`
}

func TestTheSchemaIsInStepWithTheTypes(t *testing.T) {
	t.Parallel()
	var root schemaNode
	if faults := strictjson.Decode(IndexSchema(), new(any), nil); len(faults) > 0 {
		t.Fatal(faults)
	}
	if err := json.Unmarshal(IndexSchema(), &root); err != nil {
		t.Fatal(err)
	}
	types := map[string]reflect.Type{
		"": reflect.TypeFor[indexDocument](), "envelope": reflect.TypeFor[envelope](), "connector": reflect.TypeFor[Connector](),
		"release": reflect.TypeFor[Release](), "breaking": reflect.TypeFor[Breaking](), "artifact": reflect.TypeFor[Artifact](),
		"manifest": reflect.TypeFor[Manifest](), "activity": reflect.TypeFor[Activity](), "trigger": reflect.TypeFor[TriggerType](),
		"scheme": reflect.TypeFor[auth.Scheme](), "param": reflect.TypeFor[auth.Param](), "quirks": reflect.TypeFor[auth.Quirks](),
	}
	names := map[reflect.Type]string{}
	for name, typ := range types {
		names[typ] = name
	}
	for name, typ := range types {
		node := root.Defs[name]
		if name == "" {
			node = &root
		}
		if node == nil {
			t.Errorf("%s: not in the schema", name)
			continue
		}
		if node.Text == "" || node.Additional != false || !node.Patterns["^x-"] {
			t.Errorf("%s: wants a description, no other members, and extensions", name)
		}
		checkMembers(t, name, node, typ, names)
	}
	if len(root.Defs) != len(types)-1 {
		t.Error("the schema has definitions of no type")
	}
}

func checkMembers(t *testing.T, name string, node *schemaNode, typ reflect.Type, names map[reflect.Type]string) {
	t.Helper()
	var members, required []string
	for f := range typ.Fields() {
		member, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		members = append(members, member)
		if options == "" {
			required = append(required, member)
		}
		p := node.Properties[member]
		if p == nil {
			t.Errorf("%s: %s is not in the schema", name, member)
			continue
		}
		if p.Text == "" && p.Ref == "" {
			t.Errorf("%s: %s has no description", name, member)
		}
		if f.Type == reflect.TypeFor[strictjson.Raw]() || f.Type == reflect.TypeFor[strictjson.List]() || f.Type == reflect.TypeFor[json.RawMessage]() || f.Type.Kind() == reflect.Interface {
			continue
		}
		if got, want := kindInSchema(p), kindOfType(f.Type, names); got != want {
			t.Errorf("%s: %s is %s in the schema and %s in Go", name, member, got, want)
		}
	}
	slices.Sort(members)
	var inSchema []string
	for member := range node.Properties {
		inSchema = append(inSchema, member)
	}
	slices.Sort(inSchema)
	if d := cmp.Diff(members, inSchema); d != "" {
		t.Errorf("%s: %s", name, d)
	}
	if d := cmp.Diff(required, node.Required); d != "" {
		t.Errorf("%s: required: %s", name, d)
	}
}

func kindInSchema(n *schemaNode) string {
	if ref, ok := strings.CutPrefix(n.Ref, "#/$defs/"); ok {
		return ref
	}
	kind, _ := n.Type.(string)
	switch {
	case kind == "array" && n.Items != nil:
		return "array of " + kindInSchema(n.Items)
	case kind == "":
		return "anything"
	default:
		return kind
	}
}

func kindOfType(t reflect.Type, names map[reflect.Type]string) string {
	if name, ok := names[t]; ok {
		return name
	}
	switch {
	case t == reflect.TypeFor[time.Time]() || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return "string"
	case t.Kind() == reflect.Pointer:
		return kindOfType(t.Elem(), names)
	case t.Kind() == reflect.Slice:
		return "array of " + kindOfType(t.Elem(), names)
	case t.Kind() == reflect.Map:
		return "object"
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.String:
		return "string"
	case reflect.Zero(t).CanInt() || reflect.Zero(t).CanUint():
		return "integer"
	case reflect.Zero(t).CanFloat():
		return "number"
	default:
		return "anything"
	}
}

// The values that the schema lists are those that the checks accept.
func TestTheSchemaListsTheValuesThatAreAccepted(t *testing.T) {
	t.Parallel()
	var root schemaNode
	if err := json.Unmarshal(IndexSchema(), &root); err != nil {
		t.Fatal(err)
	}
	for _, s := range root.Defs["scheme"].Properties["type"].Enum {
		if !auth.Type(s).Known() {
			t.Errorf("%s is no scheme type", s)
		}
	}
	for _, s := range root.Defs["release"].Properties["stage"].Enum {
		c := sound(func(_ *Connector, r *Release, _ *Manifest) { r.Stage = Stage(s) })
		if got := c.Validate(); got != nil {
			t.Error(got)
		}
	}
	for _, s := range root.Defs["trigger"].Properties["mode"].Enum {
		c := sound(func(_ *Connector, _ *Release, m *Manifest) { m.Triggers[0].Mode = TriggerMode(s) })
		if got := c.Validate(); got != nil {
			t.Error(got)
		}
	}
}

// connectorParts is a Connector but for the type of Releases.
func TestThePartsAreThoseOfAConnector(t *testing.T) {
	t.Parallel()
	whole, parts := reflect.TypeFor[Connector](), reflect.TypeFor[connectorParts]()
	if whole.NumField() != parts.NumField() {
		t.Fatal("another number of fields")
	}
	v := reflect.New(parts).Elem()
	for i := range whole.NumField() {
		a, b := whole.Field(i), parts.Field(i)
		if a.Name != b.Name || a.Tag != b.Tag || (a.Name != "Releases" && a.Type != b.Type) {
			t.Errorf("%s and %s", a.Name, b.Name)
		}
		switch v.Field(i).Kind() {
		case reflect.String:
			v.Field(i).SetString(a.Name)
		case reflect.Slice:
			v.Field(i).Set(reflect.MakeSlice(b.Type, 1, 1))
		default:
			t.Errorf("%s: extend this test", a.Name)
		}
	}
	p, ok := reflect.TypeAssert[*connectorParts](v.Addr())
	if !ok {
		t.Fatal("not the parts")
	}
	c := reflect.ValueOf(p.connector())
	for i := range whole.NumField() {
		if name := whole.Field(i).Name; name != "Releases" && c.Field(i).IsZero() {
			t.Errorf("%s is not taken over", name)
		}
	}
}
