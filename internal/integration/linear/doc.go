// Package linear lets many processes work on one store, kills and stops them, and then looks for an
// order, one operation after another, that explains all that they were told. The package has no code of its own.
package linear
