package governance

import (
	"hash/maphash"
	"iter"
	"maps"
)

// tableShards is into how many maps a table is cut. A change copies those that it
// touches.
const tableShards = 256

// table is an immutable map: looking up costs what a map costs, and a changed
// copy shares all shards that the change does not touch. The zero value is
// empty.
type table[K comparable, V any] struct {
	seed   maphash.Seed
	shards *[tableShards]map[K]V // nil: empty
}

func (t table[K, V]) shard(key K) uint64 { return maphash.Comparable(t.seed, key) % tableShards }

// get returns the value under key.
func (t table[K, V]) get(key K) (v V, ok bool) {
	if t.shards == nil {
		return v, false
	}
	v, ok = t.shards[t.shard(key)][key]
	return v, ok
}

// all iterates over the entries in no order.
func (t table[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if t.shards == nil {
			return
		}
		for _, shard := range t.shards {
			for k, v := range shard {
				if !yield(k, v) {
					return
				}
			}
		}
	}
}

// editor makes a changed copy of a table.
type editor[K comparable, V any] struct {
	table table[K, V]
	owned [tableShards]bool // shards that are copies already
}

func (t table[K, V]) edit() *editor[K, V] {
	e := &editor[K, V]{table: table[K, V]{seed: t.seed, shards: new([tableShards]map[K]V)}}
	if t.shards == nil {
		e.table.seed = maphash.MakeSeed()
	} else {
		*e.table.shards = *t.shards
	}
	return e
}

// own returns the shard of key, safe to be changed.
func (e *editor[K, V]) own(key K) map[K]V {
	i := e.table.shard(key)
	if !e.owned[i] {
		old := e.table.shards[i]
		shard := make(map[K]V, len(old)+1)
		maps.Copy(shard, old)
		e.table.shards[i], e.owned[i] = shard, true
	}
	return e.table.shards[i]
}

func (e *editor[K, V]) set(key K, v V) { e.own(key)[key] = v }

func (e *editor[K, V]) remove(key K) { delete(e.own(key), key) }
