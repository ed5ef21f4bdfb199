package version

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/realdata"
)

// universe is enough versions to lie on both sides of every cut of ranges over
// small numbers.
func universe(t *testing.T) []Version {
	t.Helper()
	var all []Version
	for _, core := range []string{"0.0.0", "0.0.1", "0.1.0", "1.0.0", "1.0.1", "1.1.0", "1.1.1", "2.0.0", "2.1.0"} {
		for _, rest := range []string{"-0", "-a", "-a.1", "-a+b", "", "+a", "+b"} {
			v, err := ParseVersion(core + rest)
			require.NoError(t, err)
			all = append(all, v)
		}
	}
	return all
}

func TestSpansFollowSetAlgebra(t *testing.T) {
	t.Parallel()
	all := universe(t)
	operators := []string{"", "=", ">", ">=", "<", "<=", "~", "^"}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	random := func() spans {
		var out []span
		for range 1 + r.IntN(4) {
			v := all[r.IntN(len(all))]
			op := operators[r.IntN(len(operators))]
			text := op + v.raw
			if v.build != "" && op != "" && op != "=" {
				text = op + "1.x"
			}
			if parsed, err := ParseRange(text); err == nil {
				out = append(out, parsed.set...)
			}
		}
		return union(out)
	}
	has := func(s spans, v *Version) bool {
		p := pack(*v)
		_, ok := s.find(&p)
		return ok
	}
	for range 2000 {
		a, b := random(), random()
		both, either, not := a.intersect(b), union(append(append([]span{}, a...), b...)), a.complement()
		for _, s := range []spans{a, b, both, either, not} {
			for i := range s {
				require.Negative(t, s[i].lo.compare(&s[i].hi), "an empty span")
				require.True(t, i == 0 || s[i-1].hi.compare(&s[i].lo) < 0, "spans touch or are out of order")
			}
		}
		for i := range all {
			v := &all[i]
			require.Equal(t, has(a, v) && has(b, v), has(both, v), v.raw)
			require.Equal(t, has(a, v) || has(b, v), has(either, v), v.raw)
			require.Equal(t, !has(a, v), has(not, v), v.raw)
		}
	}
	assert.Equal(t, everything(), spans(nil).complement())
	assert.Empty(t, everything().complement())
}

func TestCutsAreOrderedLikeVersions(t *testing.T) {
	t.Parallel()
	v, w := Version{major: 1, build: "a", raw: "1.0.0+a"}, Version{major: 1, build: "b", raw: "1.0.0+b"}
	ascending := []cut{
		start(), {v, before}, {v, after}, {w, before}, {w, after}, {v, afterAll},
		{Version{major: 1, patch: 1, pre: "0"}, before}, {Version{}, end},
	}
	for i, a := range ascending {
		for j, b := range ascending {
			switch c := a.compare(&b); {
			case i < j:
				assert.Negative(t, c)
			case i > j:
				assert.Positive(t, c)
			default:
				assert.Zero(t, c)
			}
		}
	}
	assert.Zero(t, (&cut{v, afterAll}).compare(&cut{w, afterAll}))
	assert.Zero(t, (&cut{v, end}).compare(&cut{w, end}))
}

// node-semver's pairs of comparators, which do or do not meet. Its empty
// comparator, its "v" and its empty sets are refused on purpose.
func TestNodeSemverIntersections(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(realdata.Dir(t, "semver"), "node-semver-basic.json"))
	require.NoError(t, err)
	var vectors struct {
		Pairs [][]any `json:"comparator-intersection"`
	}
	require.NoError(t, json.Unmarshal(data, &vectors))
	checked, refused, prereleases := 0, 0, 0
	for _, pair := range vectors.Pairs {
		a, errA := ParseRange(fmt.Sprint(pair[0]))
		b, errB := ParseRange(fmt.Sprint(pair[1]))
		if errA != nil || errB != nil {
			refused++
			continue
		}
		if pair[0] == "<0.0.0" || pair[1] == "<0.0.0" {
			prereleases++ // 0.0.0-rc.1 is in both for us: stages are no matter of ranges
			assert.NotEmpty(t, a.set.intersect(b.set))
			continue
		}
		checked++
		assert.Equal(t, pair[2], len(a.set.intersect(b.set)) > 0, "%v", pair)
	}
	t.Logf("checked %d, refused on purpose %d, differing over pre-releases %d", checked, refused, prereleases)
	assert.Equal(t, []int{23, 9, 2}, []int{checked, refused, prereleases})
}

// The order of packed versions is that of versions, also where numbers do not fit.
func TestPackedVersionsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	all := universe(t)
	for _, s := range []string{
		"4294967294.0.0", "4294967295.0.0", "4294967296.0.0-rc.1", "4294967296.0.0+b", "18446744073709551615.0.0",
		"0.4294967295.1", "0.4294967296.0", "0.0.4294967295", "0.0.4294967295-a+b", "1.2.3-a-b+c-d",
	} {
		v, err := ParseVersion(s)
		require.NoError(t, err)
		all = append(all, v)
	}
	for _, v := range all {
		p := pack(v)
		require.Equal(t, v, p.version())
		for _, w := range all {
			q := pack(w)
			require.Equal(t, v.Compare(w), p.compare(&q), "%s, %s", v.raw, w.raw)
			for s := before; s <= end; s++ {
				c := cut{w, s}
				require.Equal(t, c.above(&v), p.below(&c), "%s, %s", v.raw, w.raw)
			}
		}
	}
}
