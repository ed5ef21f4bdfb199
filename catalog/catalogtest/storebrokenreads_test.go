package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

func brokenReads() map[string]broken {
	return map[string]broken{
		"order without case": mapList(same, func(list []catalog.Record) {
			slices.SortStableFunc(list, func(a, b catalog.Record) int {
				return strings.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key))
			})
		}),
		"order backwards": mapList(same, slices.Reverse[[]catalog.Record]),
		"list ignores the prefix": mapList(func(_, after string, limit int) (string, string, int) { return "", after, limit },
			func([]catalog.Record) {}),
		"list ignores where to start": mapList(func(prefix, _ string, limit int) (string, string, int) { return prefix, "", limit },
			func([]catalog.Record) {}),
		"list is one short": mapList(func(prefix, after string, limit int) (string, string, int) { return prefix, after, max(limit-1, 1) },
			func([]catalog.Record) {}),
		"list takes any limit": bend(func(b *bent) {
			b.list = func(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error) {
				return b.Store.List(ctx, prefix, after, min(max(limit, 1), catalog.MaxStorePage))
			}
		}),
		"list has no revisions": mapList(same, func(list []catalog.Record) {
			for i := range list {
				list[i].Revision = 0
			}
		}),
		"stale list": bend(func(b *bent) {
			var mu sync.Mutex
			cache := map[string][]catalog.Record{}
			b.list = func(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error) {
				mu.Lock()
				defer mu.Unlock()
				key := fmt.Sprintf("%q %q %d", prefix, after, limit)
				if list, ok := cache[key]; ok {
					return list, nil
				}
				list, err := b.Store.List(ctx, prefix, after, limit)
				if err == nil {
					cache[key] = list
				}
				return list, err
			}
		}),
		"not found is another error": bend(func(b *bent) {
			b.get = func(ctx context.Context, key string) (catalog.Record, error) {
				r, err := b.Store.Get(ctx, key)
				if errors.Is(err, catalog.ErrNotFound) {
					err = errors.New("no rows")
				}
				return r, err
			}
		}),
		"not found is no error": bend(func(b *bent) {
			b.get = func(ctx context.Context, key string) (catalog.Record, error) {
				r, err := b.Store.Get(ctx, key)
				if errors.Is(err, catalog.ErrNotFound) {
					err = nil
				}
				return r, err
			}
		}),
		"aliases what it is given": bend(func(b *bent) {
			var given sync.Map
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				for _, op := range ops {
					given.Store(op.Key, op.Value)
				}
				return b.Store.Apply(ctx, ops...)
			}
			b.get = func(ctx context.Context, key string) (catalog.Record, error) {
				r, err := b.Store.Get(ctx, key)
				if v, ok := given.Load(key); ok && err == nil {
					r.Value = v.([]byte)
				}
				return r, err
			}
		}),
		"aliases what it returns": bend(func(b *bent) {
			var mu sync.Mutex
			cache := map[string]catalog.Record{}
			b.get = func(ctx context.Context, key string) (catalog.Record, error) {
				r, err := b.Store.Get(ctx, key)
				mu.Lock()
				defer mu.Unlock()
				if old, ok := cache[key]; ok && old.Revision == r.Revision {
					return old, err
				}
				cache[key] = r
				return r, err
			}
		}),
	}
}

func brokenChanges() map[string]broken {
	return map[string]broken{
		"splits pages": mapChanges(func(page []catalog.Change, _, next catalog.Revision, limit int) ([]catalog.Change, catalog.Revision) {
			if len(page) > limit {
				page = page[:limit]
			}
			return page, next
		}),
		"pages of one revision only": mapChanges(func(page []catalog.Change, _, next catalog.Revision, _ int) ([]catalog.Change, catalog.Revision) {
			for i := range page {
				if page[i].Revision != page[0].Revision {
					return page[:i], page[0].Revision
				}
			}
			return page, next
		}),
		"forgets deletions": mapChanges(func(page []catalog.Change, _, next catalog.Revision, _ int) ([]catalog.Change, catalog.Revision) {
			return slices.DeleteFunc(page, func(c catalog.Change) bool { return c.Deleted }), next
		}),
		"deletions have values": mapChanges(func(page []catalog.Change, _, next catalog.Revision, _ int) ([]catalog.Change, catalog.Revision) {
			for i := range page {
				if page[i].Deleted {
					page[i].Value = []byte{}
				}
			}
			return page, next
		}),
		"changes in key order": mapChanges(func(page []catalog.Change, _, next catalog.Revision, _ int) ([]catalog.Change, catalog.Revision) {
			slices.SortFunc(page, func(a, b catalog.Change) int { return strings.Compare(a.Key, b.Key) })
			return page, next
		}),
		"changes come twice": mapChanges(func(page []catalog.Change, _, next catalog.Revision, _ int) ([]catalog.Change, catalog.Revision) {
			return append(page, page...), next
		}),
		"next skips one": mapChanges(func(page []catalog.Change, _, next catalog.Revision, limit int) ([]catalog.Change, catalog.Revision) {
			if len(page) == limit {
				next++
			}
			return page, next
		}),
		"next moves without changes": mapChanges(func(page []catalog.Change, since, next catalog.Revision, _ int) ([]catalog.Change, catalog.Revision) {
			return page, max(next, since+1)
		}),
		"loses changes": mapChanges(func(page []catalog.Change, _, next catalog.Revision, _ int) ([]catalog.Change, catalog.Revision) {
			if len(page) > 3 {
				page = slices.Delete(page, 1, 2)
			}
			return page, next
		}),
		"hides what it has forgotten": bend(func(b *bent) {
			b.changes = func(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
				page, next, err := b.Store.Changes(ctx, since, limit)
				if errors.Is(err, catalog.ErrCompacted) {
					return nil, since, nil
				}
				return page, next, err
			}
		}),
		"forgotten without a place to go on": bend(func(b *bent) {
			b.changes = func(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
				page, next, err := b.Store.Changes(ctx, since, limit)
				if errors.Is(err, catalog.ErrCompacted) {
					next = 0
				}
				return page, next, err
			}
		}),
	}
}

func brokenLives() map[string]broken {
	return map[string]broken{
		"ignores the context": bend(func(b *bent) {
			b.get = func(ctx context.Context, key string) (catalog.Record, error) {
				return b.Store.Get(context.WithoutCancel(ctx), key)
			}
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				return b.Store.Apply(context.WithoutCancel(ctx), ops...)
			}
		}),
		"says cancelled when it is done": bend(func(b *bent) {
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				rev, err := b.Store.Apply(context.WithoutCancel(ctx), ops...)
				return rev, errors.Join(err, ctx.Err())
			}
		}),
		"works on after Close": bend(func(b *bent) { b.close = func() error { return nil } }),
		"closing twice fails": bend(func(b *bent) {
			var closed atomic.Bool
			b.close = func() error {
				if closed.Swap(true) {
					return catalog.ErrClosed
				}
				return b.Store.Close()
			}
		}),
		"no time": bend(func(b *bent) {
			b.now = func(ctx context.Context) (time.Time, error) {
				_, err := b.Store.Now(ctx)
				return time.Time{}, err
			}
		}),
		"local time": bend(func(b *bent) {
			b.now = func(ctx context.Context) (time.Time, error) {
				now, err := b.Store.Now(ctx)
				return now.In(time.FixedZone("here", 3600)), err
			}
		}),
		"never wakes": bend(func(b *bent) {
			b.watch = func(ctx context.Context) (<-chan struct{}, error) { return make(chan struct{}, 1), ctx.Err() }
		}),
		"the channel stays open": bend(func(b *bent) {
			b.watch = func(ctx context.Context) (<-chan struct{}, error) {
				return b.Store.(catalog.Watcher).Watch(context.WithoutCancel(ctx))
			}
		}),
	}
}

// staleComposer lets others come in between.
type staleComposer struct{ catalog.Store }

func (s staleComposer) Compose(
	ctx context.Context, keys []string, compose func([]catalog.Record) ([]catalog.Op, error), more ...catalog.Op,
) (catalog.Revision, error) {
	current := make([]catalog.Record, len(keys))
	for i, key := range keys {
		r, err := s.Get(ctx, key)
		if err != nil {
			r = catalog.Record{Key: key}
		}
		current[i] = r
	}
	ops, err := compose(current)
	if err != nil {
		return 0, err
	}
	return s.Apply(ctx, slices.Concat(ops, more)...)
}

func brokenHandles() map[string]broken {
	return map[string]broken{
		"composes from what was there before": {wrap: func(s catalog.Store) catalog.Store { return staleComposer{s} }},
		"keeps nothing":                       {reopen: func(catalog.Store) catalog.Store { return newHandle(newMem()) }},
		"second handle is another store": {
			second: func(catalog.Store) catalog.Store { return newHandle(newMem()) },
		},
		"close closes both": {
			open:   func() catalog.Store { return newMem() },
			reopen: func(s catalog.Store) catalog.Store { return s },
			second: func(s catalog.Store) catalog.Store { return s },
		},
	}
}
