package auth

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSchemaOf(t *testing.T) {
	t.Parallel()
	got := SchemaOf([]Param{
		{Key: "token", Title: "Token", Help: "From your profile.", Secret: true, Role: RoleRequired, Order: 2, Pattern: "^t"},
		{Key: "region", Enum: []any{"us", "eu"}, Default: "us", Role: RoleRequired, Order: 1},
		{Key: "internal", Role: RoleHidden, Default: "x"},
		{Key: "port", Kind: KindInteger, Min: new(1.0), Max: new(65535.0), Order: 3, Enum: []any{80, 443}},
		{Key: "tags", Kind: KindArray, Role: RoleRequired, Max: new(5.0), Pattern: "^[a-z]+$", Order: 3},
		{Key: "tls", Kind: KindBoolean, Default: true, Order: 3},
		{Key: "since", Kind: KindDate, Order: 3},
		{Key: "extra", Kind: KindJSON, Default: map[string]any{"a": 1}, Order: 3},
	})
	assert.JSONEq(t, `{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"type": "object",
		"additionalProperties": false,
		"required": ["token", "tags"],
		"properties": {
			"region": {"type": "string", "enum": ["us", "eu"], "default": "us", "x-order": 0},
			"token": {"type": "string", "title": "Token", "description": "From your profile.", "format": "password",
				"writeOnly": true, "minLength": 1, "pattern": "^t", "x-order": 1},
			"port": {"type": "integer", "minimum": 1, "maximum": 65535, "enum": [80, 443], "x-order": 2},
			"tags": {"type": "array", "minItems": 1, "maxItems": 5, "items": {"type": "string", "pattern": "^[a-z]+$"}, "x-order": 3},
			"tls": {"type": "boolean", "default": true, "x-order": 4},
			"since": {"type": "string", "format": "date", "x-order": 5},
			"extra": {"default": {"a": 1}, "x-order": 6}
		}
	}`, string(got))
	var order struct{ Properties json.RawMessage }
	if err := json.Unmarshal(got, &order); err != nil {
		t.Fatal(err)
	}
	assert.Regexp(t, `^\{"region":.*"token":.*"port":.*"tags":.*"extra":`, string(order.Properties), "form order")
	assert.JSONEq(t, `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{},"additionalProperties":false}`,
		string(SchemaOf(nil)))
}

func TestJSONSchema(t *testing.T) {
	t.Parallel()
	const head = `{"$schema":"https://json-schema.org/draft/2020-12/schema",`
	tests := []struct {
		param Param
		want  string
	}{
		{Param{}, `"type":"string"}`},
		{Param{Min: new(3.0), Role: RoleRequired}, `"type":"string","minLength":3}`},
		{Param{Min: new(0.0), Role: RoleRequired}, `"type":"string","minLength":1}`},
		{Param{Role: RoleRequired, Default: "x"}, `"type":"string","default":"x"}`},
		{Param{Pattern: "(?i)^x$"}, `"type":"string"}`},                                                                          // RE2 only
		{Param{Pattern: "("}, `"type":"string"}`},                                                                                // neither
		{Param{Secret: true, Default: "hidden", Enum: []any{"hidden"}}, `"type":"string","format":"password","writeOnly":true}`}, // invalid
		{Param{Kind: KindDateTime, Role: RoleHidden}, `"type":"string","format":"date-time"}`},
		{Param{Kind: KindNumber, Enum: []any{0.5, make(chan int)}}, `"type":"number","enum":[0.5]}`}, // invalid
		{Param{Kind: KindJSON, Role: RoleRequired}, `"not":{"enum":[null,"",[]]}}`},
		{Param{Kind: KindJSON, Role: RoleRequired, Default: true}, `"default":true}`},
		{Param{Kind: KindJSON, Default: make(chan int)}, ``}, // invalid
	}
	for _, c := range tests {
		want := head + c.want
		if c.want == "" {
			want = head[:len(head)-1] + "}"
		}
		assert.Equal(t, want, string(c.param.JSONSchema()))
	}
}
