package catalog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/stretchr/testify/require"
)

// What covers a connector is found without looking at all holds, and what a hold covers
// without looking at all connectors: both as if one had.
func TestHoldsAreFoundByWhatTheyCover(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	keys := []connector.Key{"a", "a/a", "a/b", "a/b-c", "a-b", "a.b/c", "b", "b/a", "ab/c"}
	scopes := []version.Scope{version.Everything, "a/*", "b/*", "ab/*", "a.b/*", "c/*"}
	for _, k := range keys {
		scopes = append(scopes, version.Scope(k))
	}
	s := newSnapshot()
	entries := s.entries.Edit()
	for _, k := range keys {
		entries.Set(k, &entry{key: k})
	}
	s.entries = entries.Map()
	all, list := newHolds(), map[string]version.Hold{}
	for range 3000 {
		before := slices.Collect(all.all())
		id := fmt.Sprint(random.IntN(30))
		next := all.without(id)
		if delete(list, id); random.IntN(3) > 0 {
			h := version.Hold{ID: id, Scope: scopes[random.IntN(len(scopes))], Versions: fmt.Sprint(random.IntN(9), ".0.0")}
			next, list[id] = next.with(h), h
		}
		require.Equal(t, before, slices.Collect(all.all()), "the holds before stay as they were")
		all = next
		for _, k := range keys {
			var want []version.Hold
			for h := range all.all() {
				require.Equal(t, list[h.ID], h)
				if h.Scope.Covers(k) {
					want = append(want, h)
				}
			}
			require.Equal(t, want, all.covering(k))
		}
		require.Len(t, slices.Collect(all.all()), len(list))
	}
	for _, scope := range scopes {
		var want, got []connector.Key
		for _, k := range slices.Sorted(slices.Values(keys)) {
			if scope.Covers(k) {
				want = append(want, k)
			}
		}
		for e := range s.covered(scope) {
			got = append(got, e.key)
		}
		require.Equal(t, want, got, "%s", scope)
	}
}
