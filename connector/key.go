package connector

// Key identifies a connector across feeds: lower case, first [a-z0-9], then
// [a-z0-9._-], with at most one publisher prefix before a single '/', at most
// MaxKeyBytes long.
type Key string

// MaxKeyBytes bounds a Key.
const MaxKeyBytes = 128
