package auth

// Fault is one thing wrong with a scheme, a parameter or a value. Validation
// never stops at the first one: it returns them all.
//
// A Fault never contains a value, because the value may be a secret.
type Fault struct {
	// Field says where: a path relative to what was validated, its steps joined
	// by '/', such as "tokenURL", "params/2/pattern" or, for values, the
	// parameter's key. Empty means the whole.
	Field string `json:"field"`
	// Reason says what is wrong, as a clause that follows the field's name.
	Reason string `json:"reason"`
}

// String returns the field and the reason on one line.
func (f Fault) String() string {
	if f.Field == "" {
		return f.Reason
	}
	return f.Field + ": " + f.Reason
}
