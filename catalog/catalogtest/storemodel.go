package catalogtest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// storeModel does random ops on the store and on a plain map, which must
// agree. The seed is logged.
func storeModel(k *storeKit) {
	seed := uint64(time.Now().UnixNano())
	k.Logf("seed %d", seed)
	m := &model{
		k: k, s: k.open(), rand: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // repeatable on purpose
		records: map[string]catalog.Record{}, follower: newReplica(), revs: []catalog.Revision{0},
	}
	for i := range 300 {
		m.apply(i)
		if m.rand.IntN(3) == 0 {
			m.list()
		}
		if m.rand.IntN(4) == 0 {
			m.follow()
		}
	}
	for range 1000 {
		if m.follower.at == m.revs[len(m.revs)-1] {
			break
		}
		m.follow()
	}
	m.follower.equals(k, m.s)
}

type model struct {
	k        *storeKit
	s        catalog.Store
	rand     *rand.Rand
	records  map[string]catalog.Record
	revs     []catalog.Revision
	follower *replica
}

// key returns one of few keys that are prefixes of one another.
func (m *model) key() string {
	letters := []string{"a", "b", "\x00", "\xff", "/"}
	var b strings.Builder
	for range 1 + m.rand.IntN(3) {
		b.WriteString(letters[m.rand.IntN(len(letters))])
	}
	return b.String()
}

func (m *model) precondition(key string) catalog.Precondition {
	current := m.records[key].Revision
	switch m.rand.IntN(10) {
	case 0:
		return catalog.At(m.revs[m.rand.IntN(len(m.revs))])
	case 1:
		return catalog.Absent()
	case 2, 3, 4, 5:
		return catalog.Any()
	}
	if current == 0 {
		return catalog.Absent()
	}
	return catalog.At(current)
}

func (m *model) apply(i int) {
	var ops []catalog.Op
	used := map[string]bool{}
	for range m.rand.IntN(5) {
		key := m.key()
		if used[key] {
			continue
		}
		used[key] = true
		p := m.precondition(key)
		ops = append(ops, []catalog.Op{
			catalog.Put(key, fmt.Append(nil, i), p), catalog.Put(key, fmt.Append(nil, i), p),
			catalog.Delete(key, p), catalog.Check(key, p),
		}[m.rand.IntN(4)])
	}
	fails := slices.IndexFunc(ops, func(op catalog.Op) bool { return !op.If.Holds(m.records[op.Key].Revision) })
	last := m.revs[len(m.revs)-1]
	rev, err := m.s.Apply(m.k.ctx, ops...)
	if fails >= 0 {
		var conflict *catalog.ConflictError
		if !errors.As(err, &conflict) || conflict.Index != fails || conflict.Key != ops[fails].Key {
			m.k.fatalf("Apply(%s) = %d, %v; want a conflict at op %d", showOps(ops), rev, err, fails)
		}
		return
	}
	if err != nil {
		m.k.fatalf("Apply(%s): %v", showOps(ops), err)
	}
	changed := false
	for _, op := range ops {
		_, present := m.records[op.Key]
		switch {
		case op.Kind == catalog.OpPut:
			m.records[op.Key] = catalog.Record{Key: op.Key, Value: op.Value, Revision: rev}
			changed = true
		case op.Kind == catalog.OpDelete && present:
			delete(m.records, op.Key)
			changed = true
		}
	}
	if changed != (rev > last) || rev < last {
		m.k.fatalf("Apply(%s) = revision %d after %d, something changed: %t", showOps(ops), rev, last, changed)
	}
	m.revs = append(m.revs, rev)
}

func (m *model) list() {
	prefix, after, limit := "", "", 1+m.rand.IntN(8)
	if m.rand.IntN(2) == 0 {
		prefix = m.key()
	}
	if m.rand.IntN(2) == 0 {
		after = m.key()
	}
	var want []catalog.Record
	for _, key := range slices.Sorted(maps.Keys(m.records)) {
		if strings.HasPrefix(key, prefix) && key > after && len(want) < limit {
			want = append(want, m.records[key])
		}
	}
	got := m.k.list(m.s, prefix, after, limit)
	if !slices.EqualFunc(got, want, sameRecord) {
		m.k.fatalf("List(%q, %q, %d) = %d records, want %d", prefix, after, limit, len(got), len(want))
	}
	key := m.key()
	if want, ok := m.records[key]; ok {
		m.k.has(m.s, key, string(want.Value), want.Revision)
	} else {
		m.k.hasNot(m.s, key)
	}
}

// follow reads one page of changes.
func (m *model) follow() {
	if _, err := m.follower.turnOrRestart(m.k, m.s, 1+m.rand.IntN(6)); err != nil {
		m.k.fatalf("%v", err)
	}
}
