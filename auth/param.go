package auth

// Kind is the type of a parameter's value. The zero value means KindString.
type Kind string

// The kinds. They are the ones a form builder has a field for; everything else is
// KindJSON.
const (
	KindString   Kind = "string"
	KindInteger  Kind = "integer" // within ±(2^53-1), RFC 7493 section 2.2
	KindNumber   Kind = "number"
	KindBoolean  Kind = "boolean"
	KindDate     Kind = "date"      // "2006-01-02", RFC 3339 full-date
	KindDateTime Kind = "date-time" // RFC 3339
	KindArray    Kind = "array"     // of strings
	KindJSON     Kind = "json"      // any JSON value
)

// Role says who supplies a parameter. It is the only mechanism: there is no
// separate "required" flag. The zero value means RoleOptional.
type Role string

// The roles.
const (
	RoleRequired Role = "required" // asked for, and must have a value
	RoleOptional Role = "optional" // asked for, may be left out
	RoleHidden   Role = "hidden"   // never asked for: its value is the default or a policy's preset
)

// Param is one value that a scheme or a trigger needs, as data: enough to
// draw a form field and to check what was typed into it.
type Param struct {
	// Key names the parameter: [A-Za-z0-9_] first, then also '.' and '-', at
	// most MaxKeyBytes.
	Key string `json:"key"`
	// Title is the label of the field; empty means the key.
	Title string `json:"title,omitempty"`
	// Help is one or more sentences shown beside the field.
	Help string `json:"help,omitempty"`
	// Kind is the type of the value.
	Kind Kind `json:"kind,omitempty"`
	// Role says who supplies the value.
	Role Role `json:"role,omitempty"`
	// Secret marks a value that is sealed, masked and never shown again. Its kind
	// is KindString, and it has neither a default nor an enum.
	Secret bool `json:"secret,omitempty"`
	// Order sorts fields in a form: lower first, equal ones as listed.
	Order int `json:"order,omitempty"`
	// Default is the value when none is given, nil for none. It satisfies every
	// other constraint. It is a JSON value: string, number of any Go type, bool,
	// or for arrays []any or []string.
	Default any `json:"default,omitempty"`
	// Enum lists the only values allowed; empty allows all. Of a KindArray it
	// restricts each item.
	Enum []any `json:"enum,omitempty"`
	// Pattern is a regular expression (RE2 syntax, package regexp) that a
	// KindString matches somewhere, as in JSON Schema: anchor it with ^ and $. Of
	// a KindArray it restricts each item. At most MaxPatternBytes.
	Pattern string `json:"pattern,omitempty"`
	// Min and Max bound a number's value, a string's length in characters, or
	// an array's number of items, both inclusive. Nil means no bound.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}
