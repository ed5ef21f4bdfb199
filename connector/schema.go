package connector

import (
	_ "embed"
	"slices"
)

//go:embed index.schema.json
var indexSchema []byte

// IndexSchema returns the JSON Schema (2020-12) of the native index. It says
// what a document looks like; ParseIndex checks more, such as digests and
// duplicates. The caller owns the result.
func IndexSchema() []byte { return slices.Clone(indexSchema) }
