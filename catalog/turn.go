package catalog

import "context"

// turn is a lock that can be waited for under a context: whoever holds it may be
// waiting for a slow store or feed.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn. Without an error, give must follow.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }
