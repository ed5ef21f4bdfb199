package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/index"
)

// check compares an answer with the brute force's, as a whole and from a random place on, both ways.
func check(t *testing.T, m index.Map[*item], all []*item, q *index.Query[*item], at index.Place) {
	t.Helper()
	want, typos := brute(all, q)
	got := m.Select(q)
	require.Equal(t, len(want), got.Len(), "%+v", q)
	require.Equal(t, want, keys(slices.Collect(got.All(false))), "%+v", q)
	if len(want) > 0 {
		assert.ElementsMatch(t, typos, got.Typos, "%+v", q)
	}
	tail := slices.Collect(got.After(at, false))
	require.Equal(t, want[len(want)-len(tail):], keys(tail), "behind %v: %+v", at, q)
	for i, x := range slices.Collect(got.All(false)) {
		require.Equal(t, i >= len(want)-len(tail), x.Place().Compare(at) > 0)
	}
	slices.Reverse(want)
	require.Equal(t, want, keys(slices.Collect(got.All(true))), "%+v", q)
	tail = slices.Collect(got.After(at, true))
	require.Equal(t, want[len(want)-len(tail):], keys(tail), "before %v: %+v", at, q)
	for i, x := range slices.Collect(got.All(true)) {
		require.Equal(t, i >= len(want)-len(tail), x.Place().Compare(at) < 0)
	}

	even := func(x *item) bool { return x.key[len(x.key)-1]%2 == 0 }
	got.Filter(even)
	want = keys(slices.DeleteFunc(slices.Collect(m.Select(q).All(false)), func(x *item) bool { return !even(x) }))
	require.Equal(t, want, keys(slices.Collect(got.All(false))))
	require.Equal(t, len(want), got.Len())
}

// Random edits and queries against a brute force. Versions taken on the way must still hold
// at the end what they held when they were taken.
func TestMap_AgainstBruteForce(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := &maker{Rand: rand.New(rand.NewPCG(seed, 0))}
	type version struct {
		m   index.Map[*item]
		all []*item
	}
	var v version
	versions := []version{{}}
	for round := range 120 {
		gone := map[*item]bool{}
		for range r.IntN(1 + len(v.all)/(1+r.IntN(20))) {
			gone[v.all[r.IntN(len(v.all))]] = true
		}
		var remove, add []*item
		for x := range gone {
			remove = append(remove, x)
			if r.IntN(2) == 0 { // the row changed and stays where it is
				y := r.item()
				y.name, y.key = x.name, x.key
				add = append(add, y)
			}
		}
		for range []int{0, 1, 1, 5, 300}[r.IntN(5)] {
			add = append(add, r.item())
		}
		v = version{v.m.With(remove, add), append(slices.DeleteFunc(slices.Clone(v.all), func(x *item) bool { return gone[x] }), add...)}
		require.Equal(t, len(v.all), v.m.Len())
		if round%30 == 0 {
			versions = append(versions, v)
		}
		for range 3 {
			check(t, v.m, v.all, r.query(), r.item().Place())
		}
		if len(v.all) > 0 {
			x := v.all[r.IntN(len(v.all))]
			check(t, v.m, v.all, r.query(), x.Place())
			var named []*item
			for _, y := range v.all {
				if y.name == x.name {
					named = append(named, y)
				}
			}
			slices.SortFunc(named, func(a, b *item) int { return a.Place().Compare(b.Place()) })
			require.Equal(t, keys(named), keys(slices.Collect(v.m.Named(x.name))))
		}
	}
	for _, v := range versions {
		for range 5 {
			check(t, v.m, v.all, r.query(), r.item().Place())
		}
	}
}

func TestMap_Empty(t *testing.T) {
	t.Parallel()
	var m index.Map[*item]
	m = m.With(nil, nil)
	require.Zero(t, m.Len())
	s := m.Select(&index.Query[*item]{Words: []string{"mail"}, Facets: []index.Facet{{Kind: 1}}})
	require.Zero(t, s.Len())
	require.Empty(t, s.Typos)
	for range m.All() {
		require.Fail(t, "an item of nothing")
	}
}

// More items than a run holds.
func TestMap_ManyItems(t *testing.T) {
	t.Parallel()
	var all []*item
	for i := range 80_000 {
		all = append(all, &item{key: fmt.Sprintf("k%05d", i), texts: []string{fmt.Sprintf("w%05d all", i)}})
	}
	m := index.Map[*item]{}.With(nil, all[:40_000]).With(nil, all[40_000:])
	for _, piece := range [][]*item{all[:1], all[65_535:65_540]} {
		m = m.With(piece, nil).With(nil, piece)
	}
	require.Equal(t, 80_000, m.Len())
	require.Equal(t, 80_000, m.Select(&index.Query[*item]{Words: []string{"all"}}).Len())
	require.Equal(t, []string{"k79999"}, keys(slices.Collect(m.Select(&index.Query[*item]{Words: []string{"w79999"}}).All(true))))
	require.True(t, slices.IsSortedFunc(slices.Collect(m.All()), func(a, b *item) int { return a.Place().Compare(b.Place()) }))
}

// Readers of one version, and of the next which shares its runs, derive what they need at the same time.
func TestMap_DerivesOnceForAll(t *testing.T) {
	t.Parallel()
	r := &maker{Rand: rand.New(rand.NewPCG(1, 2))}
	var all []*item
	for range 400 {
		all = append(all, r.item())
	}
	m := index.Map[*item]{}.With(nil, all)
	next := m.With(all[:1], nil)
	q := &index.Query[*item]{Words: []string{"mail"}, Facets: []index.Facet{{Kind: 2, Value: "crm"}}, Now: now}
	q.Holds = func(x *item) bool { return x.holds(q.Facets) }
	want, _ := brute(all, q)
	wantNext, _ := brute(all[1:], q)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if i%2 == 0 {
				assert.Equal(t, want, keys(slices.Collect(m.Select(q).All(false))))
			} else {
				assert.Equal(t, wantNext, keys(slices.Collect(next.Select(q).All(false))))
			}
		})
	}
	group.Wait()
}
