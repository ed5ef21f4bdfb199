package catalog

import "context"

// Composer is a Store that can make ops from what is there at the moment when they are done, so that
// nobody else can come in between: a counter, or a chain such as the audit log's, needs no retries
// then, and those that come at once can be one durable write (S4). MemStore and catalog/sqlstore are Composers. A
// type that embeds one and changes Apply must change Compose, too.
type Composer interface {
	// Compose is Store.Apply of the ops that compose returns, followed by more. compose gets the
	// records under keys, one for each, in the same order; one that is absent has Revision 0. They are the caller's.
	//
	// Others wait while compose works: it must be quick and must not use the store. It may be called
	// from another goroutine, but not after Compose has returned, and several times, of which the last
	// counts. When it fails, Compose returns its error and nothing has changed. The index of a *ConflictError
	// counts the ops of compose first.
	Compose(ctx context.Context, keys []string, compose func(current []Record) ([]Op, error), more ...Op) (Revision, error)
}
