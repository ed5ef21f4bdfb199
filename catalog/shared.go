package catalog

import (
	"context"
	"errors"

	"golang.org/x/sync/singleflight"
)

// shared does something once for all who ask for it at the same time, and by the same key. It is done, or fails, for
// all of them alike; a caller that goes away changes nothing for the rest. do may go on until the Catalog is closed.
func shared[T any](ctx context.Context, c *Catalog, group *singleflight.Group, key string, do func(ctx context.Context) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err // nothing is begun for nobody
	}
	result := group.DoChan(key, func() (any, error) {
		var got T
		done := make(chan error, 1)
		if !c.background(func(ctx context.Context) {
			var err error
			got, err = do(ctx)
			done <- err
		}) {
			return got, c.usable()
		}
		err := <-done
		if closed := c.usable(); closed != nil && errors.Is(err, context.Canceled) {
			err = closed // nobody's context that they know of
		}
		return got, err
	})
	select {
	case r := <-result:
		got, _ := r.Val.(T)
		return got, r.Err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
