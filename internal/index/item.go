package index

import (
	"strings"
	"time"
)

// Place is where an item stands in the order: by name, then by key, which is not
// empty. No two items of a Map have the same.
type Place struct{ Name, Key string }

// Compare returns a negative number, zero or a positive number as p stands before, at
// or behind q.
func (p Place) Compare(q Place) int {
	if c := strings.Compare(p.Name, q.Name); c != 0 {
		return c
	}
	return strings.Compare(p.Key, q.Key)
}

// Facet is something exact that is true of an item. What kinds there are is the
// caller's to say.
type Facet struct {
	Kind  byte
	Value string
}

// Item is what a Map holds. What its methods return must never change.
type Item interface {
	// Place is where it stands.
	Place() Place
	// Facets calls add with all that is true of it.
	Facets(add func(Facet))
	// Until is when its facets may stop being true, whereupon Query.Holds is asked
	// instead; zero: never.
	Until() time.Time
	// Text calls add with the texts that words are looked for in, in lower case.
	Text(add func(string))
}
