package btree_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/btree"
)

func keys(m btree.Map[int, int], from int) []int {
	var got []int
	for k := range m.From(from) {
		got = append(got, k)
	}
	return got
}

func TestMap_Empty(t *testing.T) {
	t.Parallel()
	m := btree.New[int, int](cmp.Compare[int])
	_, ok := m.Get(1)
	require.False(t, ok)
	_, _, ok = m.First()
	require.False(t, ok)
	require.Empty(t, keys(m, 0))
	require.Zero(t, m.Len())
	e := m.Edit()
	require.False(t, e.Delete(1))
	require.Zero(t, e.Map().Len())
}

// Random edits against a built-in map. Every version taken on the way must still
// hold at the end what it held when it was taken.
func TestMap_AgainstBruteForce(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))

	type version struct {
		m    btree.Map[int, int]
		want map[int]int
	}
	var versions []version
	m, want := btree.New[int, int](cmp.Compare[int]), map[int]int{}
	for round := range 60 {
		e := m.Edit()
		space := 1 + r.IntN(40_000)
		deleteMore := round%3 == 2
		for range r.IntN(12_000) {
			k := r.IntN(space)
			if r.IntN(10) < 3 || deleteMore && r.IntN(10) < 9 {
				_, had := want[k]
				require.Equal(t, had, e.Delete(k))
				delete(want, k)
				continue
			}
			v := r.Int()
			e.Set(k, v)
			want[k] = v
		}
		m = e.Map()
		if round%20 == 0 {
			versions = append(versions, version{m, maps.Clone(want)})
		}
	}
	for _, v := range append(versions, version{m, want}) {
		sorted := make([]int, 0, len(v.want))
		for k, x := range v.want {
			sorted = append(sorted, k)
			got, ok := v.m.Get(k)
			require.True(t, ok)
			require.Equal(t, x, got)
		}
		slices.Sort(sorted)
		require.Equal(t, len(sorted), v.m.Len())
		for range 20 {
			from := r.IntN(41_000)
			i, found := slices.BinarySearch(sorted, from)
			require.True(t, slices.Equal(sorted[i:], keys(v.m, from)))
			_, ok := v.m.Get(from)
			require.Equal(t, found, ok)
		}
		first, value, ok := v.m.First()
		require.Equal(t, len(sorted) > 0, ok)
		if ok {
			require.Equal(t, sorted[0], first)
			require.Equal(t, v.want[first], value)
		}
	}

	// Emptying a map from either end must work too.
	for _, backwards := range []bool{false, true} {
		all := keys(m, 0)
		if backwards {
			slices.Reverse(all)
		}
		e := m.Edit()
		for i, k := range all {
			require.True(t, e.Delete(k))
			if i%1000 == 0 && !backwards {
				m2 := e.Map()
				first, _, ok := m2.First()
				require.Equal(t, i+1 < len(all), ok)
				if ok {
					require.Equal(t, all[i+1], first)
				}
				e = m2.Edit()
			}
		}
		require.Zero(t, e.Map().Len())
	}
}

func TestMap_IterationStops(t *testing.T) {
	t.Parallel()
	e := btree.New[int, int](cmp.Compare[int]).Edit()
	for i := range 10_000 {
		e.Set(i, i)
	}
	m := e.Map()
	for _, from := range []int{0, 63, 64, 9_000} {
		n := 0
		for k := range m.From(from) {
			require.Equal(t, from+n, k)
			if n++; n == 500 {
				break
			}
		}
		require.Equal(t, 500, n)
	}
}

func big() (btree.Map[string, int], []string) {
	e := btree.New[string, int](strings.Compare).Edit()
	names := make([]string, 200_000)
	for i := range names {
		names[i] = "connection/tenant/" + strconv.Itoa(i)
		e.Set(names[i], i)
	}
	return e.Map(), names
}

func BenchmarkGet(b *testing.B) {
	m, names := big()
	r := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		if _, ok := m.Get(names[r.IntN(len(names))]); !ok {
			b.Fatal("lost")
		}
	}
}

func BenchmarkSetOne(b *testing.B) {
	m, names := big()
	r := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		e := m.Edit()
		e.Set(names[r.IntN(len(names))], 1)
		m = e.Map()
	}
}
