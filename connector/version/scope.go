package version

import (
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// Scope says which connectors a Hold is meant for: Everything, a publisher
// ("acme/*"), or one connector's key ("acme/crm", "slack"). The empty Scope is
// invalid, so that a forgotten one never covers the whole catalog.
type Scope string

// Everything is the Scope of the whole catalog.
const Everything Scope = "*"

// publisherSuffix ends the Scope of a publisher.
const publisherSuffix = "/*"

// The values of Scope.Narrowness.
const (
	narrowAll = iota
	narrowPublisher
	narrowConnector
)

// Validate returns an error wrapping ErrInvalidScope when s is no scope.
func (s Scope) Validate() error {
	if s == Everything {
		return nil
	}
	if s == "" {
		return fmt.Errorf(`%w: it is empty; "*" is the whole catalog`, ErrInvalidScope)
	}
	key := string(s)
	if publisher, ok := strings.CutSuffix(key, publisherSuffix); ok {
		key = publisher + "/x" // the shortest key it could cover
	}
	if _, err := connector.ParseKey(key); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidScope, err)
	}
	return nil
}

// Covers reports whether s means the connector key. An empty Scope covers
// nothing; "acme/*" does not cover a connector named "acme".
func (s Scope) Covers(key connector.Key) bool {
	if s == "" || key == "" {
		return false
	}
	if s == Everything {
		return true
	}
	if publisher, ok := strings.CutSuffix(string(s), publisherSuffix); ok {
		return strings.HasPrefix(string(key), publisher+"/")
	}
	return string(s) == string(key)
}

// Narrowness orders scopes: 0 for Everything, 1 for a publisher, 2 for one
// connector. Of several pins the narrowest decides (P8).
func (s Scope) Narrowness() int {
	switch {
	case s == Everything || s == "":
		return narrowAll
	case strings.HasSuffix(string(s), publisherSuffix):
		return narrowPublisher
	default:
		return narrowConnector
	}
}
