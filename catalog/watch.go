package catalog

import "context"

// Watcher is a Store that tells when something may have changed, so that a
// follower need not ask all the time.
type Watcher interface {
	// Watch returns a channel that gets a value after a commit, by whichever handle
	// or process, that came after Watch returned. The channel holds one value:
	// commits that nobody received yet share it, so a value means "ask Changes
	// again", and it may come without a change. The channel is closed when ctx
	// ends or the store is closed.
	//
	// An error wrapping errors.ErrUnsupported means that this store cannot
	// tell after all; the caller polls Changes then.
	Watch(ctx context.Context) (<-chan struct{}, error)
}
