package catalogtest

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

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
