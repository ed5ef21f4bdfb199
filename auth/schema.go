package auth

import "encoding/json"

// dialect is the JSON Schema draft of everything this file returns.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// schema is the part of JSON Schema that parameters need. "x-order" is an
// annotation for form builders that do not keep the order of properties.
type schema struct {
	Schema      string            `json:"$schema,omitempty"`
	Type        string            `json:"type,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Format      string            `json:"format,omitempty"`
	WriteOnly   bool              `json:"writeOnly,omitempty"`
	Default     json.RawMessage   `json:"default,omitempty"`
	Enum        []json.RawMessage `json:"enum,omitempty"`
	Pattern     string            `json:"pattern,omitempty"`
	Minimum     *float64          `json:"minimum,omitempty"`
	Maximum     *float64          `json:"maximum,omitempty"`
	MinLength   *float64          `json:"minLength,omitempty"`
	MaxLength   *float64          `json:"maxLength,omitempty"`
	MinItems    *float64          `json:"minItems,omitempty"`
	MaxItems    *float64          `json:"maxItems,omitempty"`
	Items       *schema           `json:"items,omitempty"`
	Not         *schema           `json:"not,omitempty"`
	Order       *int              `json:"x-order,omitempty"` //nolint:tagliatelle // an extension keyword
}

// object is the schema of a form.
type object struct {
	Schema     string     `json:"$schema"`
	Type       string     `json:"type"`
	Properties properties `json:"properties"`
	Required   []string   `json:"required,omitempty"`
	Additional bool       `json:"additionalProperties"`
}

// properties keeps its order, which form builders show.
type properties []property

type property struct {
	key    string
	schema *schema
}

func (ps properties) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, p := range ps {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := json.Marshal(p.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.schema)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

// JSONSchema returns the parameter's JSON Schema (draft 2020-12) for form
// builders, of a declaration that Validate accepts. A secret is a string with "format": "password" and "writeOnly".
// A required string or list has at least one character or item, and required JSON
// is neither null nor empty, as Validate demands. A pattern is left out where the RE2 syntax is not that of JSON
// Schema: Validate checks it all the same.
func (p *Param) JSONSchema() json.RawMessage {
	s := p.schema()
	s.Schema = dialect
	return encode(s)
}

// SchemaOf returns the JSON Schema (draft 2020-12) of an object that holds
// the values of params, which ValidateParams accepts, with properties in form order. Hidden parameters are
// left out, and no other properties are allowed. Required are the parameters
// with that role that have no default.
func SchemaOf(params []Param) json.RawMessage {
	form := object{Schema: dialect, Type: "object"}
	visible := Visible(params)
	for i := range visible {
		p := &visible[i]
		s := p.schema()
		s.Order = &i
		form.Properties = append(form.Properties, property{p.Key, s})
		if p.mustHave() {
			form.Required = append(form.Required, p.Key)
		}
	}
	return encode(form)
}

func (p *Param) schema() *schema {
	s := &schema{Title: p.Title, Description: p.Help, Default: encode(p.Default)}
	switch p.kind() {
	case KindInteger, KindNumber:
		s.Type, s.Minimum, s.Maximum = string(p.kind()), p.Min, p.Max
		s.Enum = encodeAll(p.Enum)
	case KindBoolean:
		s.Type = "boolean"
	case KindDate, KindDateTime:
		s.Type, s.Format = "string", string(p.kind())
	case KindArray:
		s.Type, s.MinItems, s.MaxItems = "array", p.least(), p.Max
		s.Items = &schema{Type: "string", Enum: encodeAll(p.Enum), Pattern: p.portablePattern()}
	case KindJSON:
		if p.mustHave() {
			s.Not = &schema{Enum: encodeAll([]any{json.RawMessage("null"), "", []any{}})}
		}
	default:
		s.Type, s.MinLength, s.MaxLength = "string", p.least(), p.Max
		s.Enum, s.Pattern = encodeAll(p.Enum), p.portablePattern()
	}
	if p.Secret {
		s.Format, s.WriteOnly, s.Default, s.Enum = "password", true, nil, nil
	}
	return s
}

// mustHave reports whether an empty value counts as missing.
func (p *Param) mustHave() bool { return p.Role == RoleRequired && blank(p.Default) }

// least is Min, but at least 1 where an empty value counts as missing.
func (p *Param) least() *float64 {
	if p.mustHave() && (p.Min == nil || *p.Min < 1) {
		return new(1.0)
	}
	return p.Min
}

func (p *Param) portablePattern() string {
	if _, reason := compile(p.Pattern); reason != "" || !portable(p.Pattern) {
		return ""
	}
	return p.Pattern
}

// encode returns v as JSON, or nil for nil and for what has no JSON.
func encode(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return raw
}

func encodeAll(values []any) []json.RawMessage {
	var raws []json.RawMessage
	for _, v := range values {
		if raw := encode(v); raw != nil {
			raws = append(raws, raw)
		}
	}
	return raws
}
