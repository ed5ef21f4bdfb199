package airbytefeed

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/patchbay/patchbay/auth"
	"github.com/stretchr/testify/require"
)

// A property on its own, in the one scheme of a plain specification.
func TestProperties(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   object
		want auth.Param // but Key
		note string
	}{
		"text":            {object{"type": "string", "title": "T", "description": "D"}, auth.Param{Kind: "string", Title: "T", Help: "D"}, ""},
		"nothing":         {object{}, auth.Param{Kind: "string"}, "has no type; taken as text"},
		"nullable":        {object{"type": list{"string", "null"}}, auth.Param{Kind: "string"}, ""},
		"default":         {object{"type": "string", "default": "a"}, auth.Param{Kind: "string", Default: "a"}, ""},
		"lengths":         {object{"type": "string", "minLength": 1, "maxLength": 9}, auth.Param{Kind: "string", Min: new(1.0), Max: new(9.0)}, ""},
		"pattern":         {object{"type": "string", "pattern": "^a+$"}, auth.Param{Kind: "string", Pattern: "^a+$"}, ""},
		"not RE2":         {object{"type": "string", "pattern": "a(?!b)"}, auth.Param{Kind: "string"}, "pattern is not an RE2 regular expression; left out"},
		"choice":          {object{"type": "string", "enum": list{"a", "b"}, "default": "b"}, auth.Param{Kind: "string", Enum: list{"a", "b"}, Default: "b"}, ""},
		"choice, no type": {object{"enum": list{"a", "b"}}, auth.Param{Kind: "string", Enum: list{"a", "b"}}, ""},
		"twice in choice": {object{"type": "string", "enum": list{"a", "a"}}, auth.Param{Kind: "string", Enum: list{"a"}}, ""},
		"not a choice":    {object{"type": "string", "enum": list{"a"}, "default": "b"}, auth.Param{Kind: "string", Enum: list{"a"}}, "default is not one of the allowed values; left out"},
		"date":            {object{"type": "string", "format": "date"}, auth.Param{Kind: "date"}, ""},
		"time":            {object{"type": "string", "format": "date-time"}, auth.Param{Kind: "date-time"}, ""},
		"pattern of time": {object{"type": "string", "format": "date-time", "pattern": "Z$"}, auth.Param{Kind: "string", Pattern: "Z$"}, ""},
		"other format":    {object{"type": "string", "format": "uri"}, auth.Param{Kind: "string"}, `format "uri" cannot be expressed; left out`},
		"own format":      {object{"type": "string", "format": "color"}, auth.Param{Kind: "string"}, ""},
		"dates to pick":   {object{"type": "string", "format": "date", "enum": list{"2020-01-01"}}, auth.Param{Kind: "string", Enum: list{"2020-01-01"}}, ""},
		"length of date":  {object{"type": "string", "format": "date", "minLength": 1}, auth.Param{Kind: "date"}, "minLength: does not go with a date; left out"},
		"integer":         {object{"type": "integer", "minimum": 0, "maximum": 10, "default": 5}, auth.Param{Kind: "integer", Min: new(0.0), Max: new(10.0), Default: 5.0}, ""},
		"number":          {object{"type": "number", "default": 0.5}, auth.Param{Kind: "number", Default: 0.5}, ""},
		"text for number": {object{"type": "number", "default": "1"}, auth.Param{Kind: "number"}, "default must be a number; left out"},
		"number, no type": {object{"default": 2}, auth.Param{Kind: "number", Default: 2.0}, ""},
		"boolean":         {object{"type": "boolean", "default": true}, auth.Param{Kind: "boolean", Default: true}, ""},
		"no type, bool":   {object{"default": false}, auth.Param{Kind: "boolean", Default: false}, ""},
		"constant":        {object{"type": "string", "const": "a"}, auth.Param{Kind: "string", Role: "hidden", Default: "a", Enum: list{"a"}}, ""},
		"hidden":          {object{"type": "string", "airbyte_hidden": true}, auth.Param{Kind: "string", Role: "hidden"}, ""},
		"oddly hidden":    {object{"type": "string", "airbyte_hidden": "yes"}, auth.Param{Kind: "string"}, "airbyte_hidden is no boolean; taken as false"},
		"secret":          {object{"type": "string", "airbyte_secret": true, "pattern": "^k"}, auth.Param{Kind: "string", Secret: true, Pattern: "^k"}, ""},
		"oddly secret":    {object{"type": "string", "airbyte_secret": "false"}, auth.Param{Kind: "string", Secret: true}, "airbyte_secret is no boolean; taken as true"},
		"no secret":       {object{"type": "string", "airbyte_secret": false}, auth.Param{Kind: "string"}, ""},
		"secret number":   {object{"type": "integer", "airbyte_secret": true, "minimum": 1}, auth.Param{Kind: "string", Secret: true}, "asked for as one secret text of JSON"},
		"secret date":     {object{"type": "string", "airbyte_secret": true, "format": "date"}, auth.Param{Kind: "string", Secret: true}, "format of a secret is not kept"},
		"secret length":   {object{"type": "string", "airbyte_secret": true, "minLength": 8}, auth.Param{Kind: "string", Secret: true, Min: new(8.0)}, ""},
		"known secret":    {object{"type": "string", "airbyte_secret": true, "default": "k1", "examples": list{"k2"}}, auth.Param{Kind: "string", Secret: true}, "value of a secret is not kept"},
		"fixed secret":    {object{"type": "string", "airbyte_secret": true, "const": "k1"}, auth.Param{Kind: "string", Secret: true}, "value of a secret is not kept"},
		"secrets to pick": {object{"type": "string", "airbyte_secret": true, "enum": list{"k1", "k2"}}, auth.Param{Kind: "string", Secret: true}, "value of a secret is not kept"},
		"texts":           {object{"type": "array", "items": object{"type": "string"}, "minItems": 1}, auth.Param{Kind: "array", Min: new(1.0)}, ""},
		"texts to pick":   {object{"type": "array", "items": object{"type": "string", "enum": list{"a"}, "pattern": "a"}, "default": list{"a"}}, auth.Param{Kind: "array", Enum: list{"a"}, Pattern: "a", Default: list{"a"}}, ""},
		"items, no type":  {object{"type": "array", "items": object{"enum": list{"a"}}}, auth.Param{Kind: "array", Enum: list{"a"}}, ""},
		"numbers":         {object{"type": "array", "items": object{"type": "integer"}, "default": list{1.0}}, auth.Param{Kind: "json", Default: list{1.0}}, "shape of the items cannot be expressed"},
		"objects":         {object{"type": "array", "items": props(nil, object{"a": text("A")})}, auth.Param{Kind: "json"}, "shape of the items cannot be expressed"},
		"unknown items":   {object{"type": "array"}, auth.Param{Kind: "json"}, "list without a type of its items"},
		"odd items":       {object{"type": "array", "items": true}, auth.Param{Kind: "json"}, "want an object, got a boolean"},
		"secret items":    {object{"type": "array", "items": props(nil, object{"a": object{"oneOf": list{props(nil, object{"k": secret("K")})}}})}, auth.Param{Kind: "string", Secret: true}, "has secrets inside a list"},
		"unique":          {object{"type": "array", "items": object{"type": "string"}, "uniqueItems": true}, auth.Param{Kind: "array"}, "uniqueItems cannot be expressed"},
		"any object":      {object{"type": "object", "default": object{"a": 1.0}}, auth.Param{Kind: "json", Default: object{"a": 1.0}}, "object without properties; taken as any JSON"},
		"empty object":    {object{"type": "object", "properties": object{}}, auth.Param{Kind: "json"}, "object without properties; taken as any JSON"},
		"one of a kind":   {object{"type": "array", "items": object{"type": "string"}, "contains": object{"const": "a"}}, auth.Param{Kind: "array"}, "contains cannot be expressed"},
		"two types":       {object{"type": list{"string", "integer"}, "pattern": "a"}, auth.Param{Kind: "json"}, "several types cannot be expressed"},
		"new type":        {object{"type": "tuple"}, auth.Param{Kind: "json"}, `type "tuple" is unknown`},
		"bounds":          {object{"type": "number", "exclusiveMinimum": 0}, auth.Param{Kind: "number"}, "exclusiveMinimum cannot be expressed"},
		"whole bounds":    {object{"type": "integer", "exclusiveMinimum": -0.5, "exclusiveMaximum": 9}, auth.Param{Kind: "integer", Min: new(0.0), Max: new(8.0)}, ""},
		"bounds of both":  {object{"type": "integer", "exclusiveMinimum": 0, "minimum": 5, "exclusiveMaximum": 9, "maximum": 7}, auth.Param{Kind: "integer", Min: new(5.0), Max: new(7.0)}, ""},
		"draft 4":         {object{"type": "integer", "exclusiveMinimum": true}, auth.Param{Kind: "integer"}, "exclusiveMinimum cannot be expressed"},
		"list's pattern":  {object{"type": "array", "pattern": "^a", "items": object{"type": "string"}}, auth.Param{Kind: "array"}, ""},
		"items' pattern":  {object{"type": "array", "items": object{"type": "string", "pattern": "a(?!b)"}}, auth.Param{Kind: "array"}, "items/pattern: pattern is not an RE2"},
		"list's choice":   {object{"type": "array", "enum": list{list{"a"}}, "items": object{"type": "string"}}, auth.Param{Kind: "array"}, "enum of a list cannot be expressed"},
		"items' length":   {object{"type": "array", "items": object{"type": "string", "minLength": 1}}, auth.Param{Kind: "array"}, "items/minLength of a list cannot be expressed"},
		"items' dates":    {object{"type": "array", "items": object{"type": "string", "format": "date"}}, auth.Param{Kind: "array"}, "items/format of a list cannot be expressed"},
		"reference":       {object{"type": "string", "$ref": "#/x", "allOf": nil, "not": false}, auth.Param{Kind: "string"}, "$ref cannot be expressed"},
		"odd keyword":     {object{"type": "string", "title": 5}, auth.Param{Kind: "string"}, "want a string, got a number"},
		"long title":      {object{"type": "string", "title": strings.Repeat("x", 600)}, auth.Param{Kind: "string"}, "title is longer than 512 bytes; left out"},
		"bell in a help":  {object{"type": "string", "description": "\a"}, auth.Param{Kind: "string"}, "help contains a control character; left out"},
		"bounds crossed":  {object{"type": "integer", "minimum": 2, "maximum": 1}, auth.Param{Kind: "integer", Min: new(2.0)}, "max is less than min; left out"},
		"fixed, but odd":  {object{"type": "integer", "const": "x"}, auth.Param{Kind: "integer", Role: "hidden"}, "default must be a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schemes, notes := schemesOf(t, props(nil, object{"key": tc.in}))
			require.Len(t, schemes, 1)
			want := tc.want
			want.Key = "key"
			if want.Role == "" {
				want.Role = auth.RoleOptional
			}
			require.Empty(t, cmp.Diff([]auth.Param{want}, schemes[0].Params))
			if tc.note == "" {
				require.Empty(t, notes)
				return
			}
			require.Len(t, notes, 1)
			require.Contains(t, notes[0], tc.note)
			require.True(t, strings.HasPrefix(notes[0], "connectionSpecification/properties/key"), notes[0])
		})
	}
}

func TestFieldsHaveDottedKeysInTheOrderOfAForm(t *testing.T) {
	t.Parallel()
	in := func(order int, s object) object { s["order"] = order; return s }
	connection := props(list{"b", "nested"}, object{
		"z":    in(0, text("first")),
		"b":    in(2, text("third")),
		"late": text("last"),
		"nested": in(1, props(list{"inner", "deep"}, object{
			"inner": in(1, text("second in nested")),
			"other": in(0, text("first in nested")),
			"deep":  in(2, props(list{"end"}, object{"end": secret("end")})),
		})),
		"maybe": in(3, props(list{"if"}, object{"if": text("If")})),
	})
	schemes, notes := schemesOf(t, connection)
	var got []string
	for _, p := range schemes[0].Params {
		got = append(got, p.Key+" "+string(p.Role))
	}
	require.Equal(t, []string{
		"z optional", "nested.other optional", "nested.inner required", "nested.deep.end required",
		"b required", "maybe.if optional", "late optional",
	}, got)
	require.Equal(t, []string{"connectionSpecification/properties/maybe/required: if is required only where the object is given: optional here"}, notes)
}

func TestSecretAndHiddenObjectsAreSoInside(t *testing.T) {
	t.Parallel()
	nested := props(nil, object{"a": text("A")})
	nested["airbyte_secret"], nested["airbyte_hidden"] = true, true
	schemes, _ := schemesOf(t, props(nil, object{"o": nested}))
	require.Equal(t, []auth.Param{{Key: "o.a", Title: "A", Kind: "string", Role: auth.RoleHidden, Secret: true}}, schemes[0].Params)
}

func TestKeysThatCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	schemes, notes := schemesOf(t, props(nil, object{
		"with space": text("A"), "": text("B"), strings.Repeat("k", 200): text("C"), "ok-1.x_Y": text("D"), "odd": true,
		"a": props(nil, object{"b": text("nested")}), "a.b": text("flat"),
	}))
	var keys []string
	for _, p := range schemes[0].Params {
		keys = append(keys, p.Key)
	}
	require.ElementsMatch(t, []string{"ok-1.x_Y", "a.b"}, keys)
	require.Len(t, notes, 5)
}

func TestNestingIsBounded(t *testing.T) {
	t.Parallel()
	deep := text("T")
	for range maxNesting + 3 {
		deep = props(nil, object{"o": deep})
	}
	schemes, notes := schemesOf(t, deep)
	require.Empty(t, schemes[0].Params)
	require.Len(t, notes, 1)
	require.Contains(t, notes[0], "nested deeper")
}

func TestParametersAreBounded(t *testing.T) {
	t.Parallel()
	many := func(n int) object {
		p := object{}
		for i := range n {
			p[fmt.Sprintf("p%d", i)] = text("T")
		}
		return props(nil, p)
	}
	ways := func(n int) object {
		var branches list
		for i := range n {
			branches = append(branches, props(nil, object{"kind": fixed(fmt.Sprint(i)), "k": secret("K")}))
		}
		return props(nil, object{"credentials": object{"type": "object", "oneOf": branches}})
	}
	for _, ok := range []object{many(auth.MaxParams), ways(maxAlternatives)} {
		conns, _ := load(t, registry(t, list{def(1, object{"spec": spec(ok)})}))
		require.Len(t, conns, 1)
	}
	for _, bad := range []object{many(auth.MaxParams + 1), ways(maxAlternatives + 1)} {
		conns, problems := load(t, registry(t, list{def(1, object{"spec": spec(bad)}), def(2)}))
		require.Len(t, conns, 1)
		require.Contains(t, problems[0].Faults[0].Reason, "more than")
	}
}

// Alternatives multiply what is common, so the whole document has a bound.
func TestParametersOfADocumentAreBounded(t *testing.T) {
	t.Parallel()
	ways := spec(props(list{"credentials"}, object{"common": text("C"), "credentials": object{"oneOf": list{
		branch("A", "a", nil, object{}), branch("B", "b", nil, object{}),
	}}}))
	data := registry(t, list{def(1, object{"spec": ways}), def(2, object{"spec": ways}), def(3, object{"spec": ways}), def(4)})
	conns, problems, err := parseUpTo(data, 8) // four each
	require.NoError(t, err)
	check(t, data, conns, problems)
	require.Len(t, conns, 2)
	require.Contains(t, problems[0].Faults[0].Reason, "document asks for more parameters")
	conns, problems, err = parseUpTo(data, 12)
	require.NoError(t, err)
	require.Len(t, conns, 4)
	require.Empty(t, problems)
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		secret, plain string
		want          auth.Type
	}{
		{"", "", auth.None},
		{"", "host start_date", auth.None},
		{"password", "username host", auth.Basic},
		{"password", "email", auth.Basic},
		{"username password", "", auth.Basic},
		{"password", "host", auth.Custom},
		{"password token", "username", auth.Custom},
		{"client_secret", "client_id", auth.ClientCredentials},
		{"client_id_2 Client-Secret", "", auth.ClientCredentials},
		{"client_id client_secret refresh_token", "", auth.Custom},
		{"client_id client_secret access_token", "", auth.Custom},
		{"client_secret", "", auth.Custom},
		{"client_id client_secret developer_token", "", auth.Custom},
		{"aws_access_key_id aws_secret_access_key", "region", auth.AWSSigV4},
		{"secret_access_key", "access_key_id", auth.AWSSigV4},
		{"access_key_id secret_access_key session", "", auth.Custom},
		{"access_token", "shop", auth.Bearer},
		{"personal_access_token", "", auth.Bearer},
		{"bearerToken", "", auth.Bearer},
		{"api_key", "", auth.Custom},
		{"api_token", "email", auth.Custom},
		{"private_key", "client_id", auth.Custom},
	} {
		p := object{}
		for k := range strings.FieldsSeq(tc.secret) {
			p[k] = secret(k)
		}
		for k := range strings.FieldsSeq(tc.plain) {
			p[k] = text(k)
		}
		schemes, _ := schemesOf(t, props(nil, p))
		require.Equal(t, tc.want, schemes[0].Type, "secret %q, plain %q", tc.secret, tc.plain)
		require.Equal(t, "default", schemes[0].ID)
	}
}

// What belongs to a tunnel or to TLS does not say how to authenticate.
func TestClassifyPassesOverOtherAlternatives(t *testing.T) {
	t.Parallel()
	schemes, _ := schemesOf(t, props(list{"username"}, object{
		"username": text("User"), "password": secret("Password"),
		"tunnel": object{"type": "object", "oneOf": list{
			props(list{"mode"}, object{"mode": fixed("none")}),
			props(list{"mode", "ssh_key"}, object{"mode": fixed("key"), "ssh_key": secret("Key"), "host": text("Host")}),
		}},
	}))
	require.Len(t, schemes, 1)
	require.Equal(t, auth.Basic, schemes[0].Type)
}
