package catalogtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// broken is a kind of store with a fault. What is nil is right.
type broken struct {
	wrap   func(catalog.Store) catalog.Store // of every handle
	open   func() catalog.Store
	reopen func(catalog.Store) catalog.Store
	second func(catalog.Store) catalog.Store
	large  bool // the fault shows with large values only
}

func (b *broken) fill() {
	wrap := b.wrap
	if wrap == nil {
		wrap = func(s catalog.Store) catalog.Store { return s }
	}
	storage := map[catalog.Store]*catalog.MemStore{}
	add := func(mem *catalog.MemStore) catalog.Store {
		s := wrap(newHandle(mem))
		storage[s] = mem
		return s
	}
	again := func(s catalog.Store) catalog.Store { return add(storage[s]) }
	if b.open == nil {
		b.open = func() catalog.Store { return add(newMem()) }
	}
	if b.reopen == nil {
		b.reopen = again
	}
	if b.second == nil {
		b.second = again
	}
}

// bent passes everything on, but for the methods that are bent.
type bent struct {
	catalog.Store
	get     func(ctx context.Context, key string) (catalog.Record, error)
	list    func(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error)
	apply   func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error)
	changes func(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error)
	now     func(ctx context.Context) (time.Time, error)
	watch   func(ctx context.Context) (<-chan struct{}, error)
	close   func() error
}

func (b *bent) Get(ctx context.Context, key string) (catalog.Record, error) {
	if b.get != nil {
		return b.get(ctx, key)
	}
	return b.Store.Get(ctx, key)
}

func (b *bent) List(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error) {
	if b.list != nil {
		return b.list(ctx, prefix, after, limit)
	}
	return b.Store.List(ctx, prefix, after, limit)
}

func (b *bent) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	if b.apply != nil {
		return b.apply(ctx, ops...)
	}
	return b.Store.Apply(ctx, ops...)
}

func (b *bent) Changes(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
	if b.changes != nil {
		return b.changes(ctx, since, limit)
	}
	return b.Store.Changes(ctx, since, limit)
}

func (b *bent) Now(ctx context.Context) (time.Time, error) {
	if b.now != nil {
		return b.now(ctx)
	}
	return b.Store.Now(ctx)
}

func (b *bent) Watch(ctx context.Context) (<-chan struct{}, error) {
	if b.watch != nil {
		return b.watch(ctx)
	}
	return b.Store.(catalog.Watcher).Watch(ctx)
}

func (b *bent) Close() error {
	if b.close != nil {
		return b.close()
	}
	return b.Store.Close()
}

// bend makes a kind of store from what is different about it.
func bend(how func(b *bent)) broken {
	return broken{wrap: func(s catalog.Store) catalog.Store {
		b := &bent{Store: s}
		how(b)
		return b
	}}
}

// mapOps makes a kind of store that does other ops than it is told.
func mapOps(how func(ops []catalog.Op) []catalog.Op) broken {
	return bend(func(b *bent) {
		b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
			return b.Store.Apply(ctx, how(slices.Clone(ops))...)
		}
	})
}

// mapList makes a kind of store whose lists are not right.
func mapList(how func(prefix, after string, limit int) (string, string, int), then func([]catalog.Record)) broken {
	return bend(func(b *bent) {
		b.list = func(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error) {
			if limit > 0 && limit <= catalog.MaxStorePage {
				prefix, after, limit = how(prefix, after, limit)
			}
			list, err := b.Store.List(ctx, prefix, after, limit)
			then(list)
			return list, err
		}
	})
}

// mapChanges makes a kind of store whose changes are not right.
func mapChanges(how func(page []catalog.Change, since, next catalog.Revision, limit int) ([]catalog.Change, catalog.Revision)) broken {
	return bend(func(b *bent) {
		b.changes = func(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
			page, next, err := b.Store.Changes(ctx, since, limit)
			if err == nil {
				page, next = how(page, since, next, limit)
			}
			return page, next, err
		}
	})
}

func same(prefix, after string, limit int) (string, string, int) { return prefix, after, limit }

func brokenStores() map[string]broken {
	all := map[string]broken{}
	for _, some := range []map[string]broken{brokenApplies(), brokenReads(), brokenChanges(), brokenLives(), brokenHandles()} {
		maps.Copy(all, some)
	}
	return all
}

func brokenApplies() map[string]broken {
	return map[string]broken{
		"not atomic": bend(func(b *bent) {
			b.apply = func(ctx context.Context, ops ...catalog.Op) (rev catalog.Revision, err error) {
				if err := catalog.ValidateApply(ops...); err != nil {
					return 0, err
				}
				for i, op := range ops {
					if rev, err = b.Store.Apply(ctx, op); err != nil {
						if conflict, ok := errors.AsType[*catalog.ConflictError](err); ok {
							conflict.Index = i
						}
						return rev, err
					}
				}
				return rev, err
			}
		}),
		"ignores preconditions": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				ops[i].If = catalog.Any()
			}
			return ops
		}),
		"ignores preconditions of deletions": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				if ops[i].Kind == catalog.OpDelete {
					ops[i].If = catalog.Any()
				}
			}
			return ops
		}),
		"ignores checks": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				if ops[i].Kind == catalog.OpCheck {
					ops[i].If = catalog.Any()
				}
			}
			return ops
		}),
		"a check touches the revision": bend(func(b *bent) {
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				ops = slices.Clone(ops)
				for i, op := range ops {
					if r, err := b.Store.Get(ctx, op.Key); err == nil && op.Kind == catalog.OpCheck {
						ops[i] = catalog.Put(op.Key, r.Value, op.If)
					}
				}
				return b.Store.Apply(ctx, ops...)
			}
		}),
		"at 0 means absent": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				if ops[i].If == catalog.At(0) {
					ops[i].If = catalog.Absent()
				}
			}
			return ops
		}),
		"reports another op": bend(func(b *bent) {
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				rev, err := b.Store.Apply(ctx, ops...)
				if conflict, ok := errors.AsType[*catalog.ConflictError](err); ok {
					conflict.Index = len(ops) - 1
				}
				return rev, err
			}
		}),
		"plain conflict": bend(func(b *bent) {
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				rev, err := b.Store.Apply(ctx, ops...)
				if errors.Is(err, catalog.ErrConflict) {
					err = catalog.ErrConflict
				}
				return rev, err
			}
		}),
		"checks, then acts": bend(func(b *bent) { // each by itself
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				checks := slices.Clone(ops)
				for i := range ops {
					if checks[i].Kind <= catalog.OpCheck {
						checks[i].Kind = catalog.OpCheck
					}
				}
				if rev, err := b.Store.Apply(ctx, checks...); err != nil {
					return rev, err
				}
				time.Sleep(time.Microsecond)
				ops = slices.Clone(ops)
				for i := range ops {
					ops[i].If = catalog.Any()
				}
				return b.Store.Apply(ctx, ops...)
			}
		}),
		"swallows a write": bend(func(b *bent) {
			var n atomic.Int32
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				if n.Add(1)%7 == 0 {
					return b.Store.Apply(ctx)
				}
				return b.Store.Apply(ctx, ops...)
			}
		}),
		"repeats revisions": bend(func(b *bent) {
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				rev, err := b.Store.Apply(ctx, ops...)
				return (rev + 1) / 2, err
			}
		}),
		"uses up a revision for nothing": bend(func(b *bent) {
			b.apply = func(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
				before, _ := b.Store.Apply(ctx)
				rev, err := b.Store.Apply(ctx, ops...)
				if err == nil && rev == before {
					rev++
				}
				return rev, err
			}
		}),
		"allows two ops on one key": mapOps(func(ops []catalog.Op) []catalog.Op {
			seen := map[string]bool{}
			return slices.DeleteFunc(ops, func(op catalog.Op) bool {
				twice := seen[op.Key]
				seen[op.Key] = true
				return twice
			})
		}),
		"keys end at a zero byte": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				if j := strings.IndexByte(ops[i].Key, 0); j > 0 {
					ops[i].Key = ops[i].Key[:j]
				}
			}
			return ops
		}),
		"stores text": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				ops[i].Value = bytes.ToValidUTF8(ops[i].Value, []byte("?"))
			}
			return ops
		}),
		"cuts long keys": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				ops[i].Key = ops[i].Key[:min(len(ops[i].Key), catalog.MaxStoreKey)]
			}
			return ops
		}),
		"cuts large values": {large: true, wrap: mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				ops[i].Value = ops[i].Value[:min(len(ops[i].Value), catalog.MaxStoreValue)]
			}
			return ops
		}).wrap},
		"cuts values at 64 KiB": mapOps(func(ops []catalog.Op) []catalog.Op {
			for i := range ops {
				ops[i].Value = ops[i].Value[:min(len(ops[i].Value), 1<<16)]
			}
			return ops
		}),
	}
}

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

func brokenHandles() map[string]broken {
	return map[string]broken{
		"keeps nothing": {reopen: func(catalog.Store) catalog.Store { return newHandle(newMem()) }},
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
