package catalogtest

import (
	"context"
	"slices"
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
