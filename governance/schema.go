package governance

import (
	_ "embed"
	"slices"
)

//go:embed policy.schema.json
var policySchema []byte

// PolicySchema returns the JSON Schema (2020-12) of a policy document. It says what a
// document looks like; ParsePolicy checks more, such as that no two rules have the same
// match. The caller owns the result.
func PolicySchema() []byte { return slices.Clone(policySchema) }
