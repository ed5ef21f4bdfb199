package catalog

import (
	"context"
	"errors"
	"iter"
)

// list ranges over all records under a prefix, a page at a time.
func (c *Catalog) list(ctx context.Context, prefix string) iter.Seq2[Record, error] {
	return c.listAfter(ctx, prefix, "")
}

// listAfter is list, from behind a key on.
func (c *Catalog) listAfter(ctx context.Context, prefix, start string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		after := start
		for {
			page, err := c.store.List(ctx, prefix, after, MaxStorePage)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
				after = r.Key
			}
			if len(page) < MaxStorePage {
				return
			}
		}
	}
}

// get reads and decodes one record.
func get[T any](ctx context.Context, c *Catalog, key string) (T, Revision, error) {
	rec, err := c.store.Get(ctx, key)
	if err != nil {
		if errors.Is(err, ErrNotFound) {
			err = ErrNotFound // whoever asks says what for; the key means something to the store only
		}
		var zero T
		return zero, 0, err
	}
	v, err := decode[T](rec)
	return v, rec.Revision, err
}
