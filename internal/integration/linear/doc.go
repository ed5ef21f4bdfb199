// Package linear lets many processes work on one database, kills and stops them, and then looks for an order, one
// operation after another, that explains all that they were told. The package has no code of its own.
//
// The long form is
//
//	go test ./internal/integration/linear -timeout 2h -v -linear.for=60s -linear.runs=20
package linear
