package integration_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
)

// However many rows a statement takes at once, all of an Apply are done, and those of the next.
func TestS1_SQLiteTakesAnyNumberOfOps(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 15, 16, 17, 31, 32, 33, 100} {
		for _, size := range []int{0, 10, 100_000} {
			t.Run(fmt.Sprint(n, " of ", size), func(t *testing.T) {
				t.Parallel()
				s := openStore(t, newPath(t))
				var put, remove []catalog.Op
				for i := range n {
					key := fmt.Sprintf("key/%03d", i)
					put = append(put, catalog.Put(key, bytes.Repeat([]byte{byte(i)}, size), catalog.Any()))
					remove = append(remove, catalog.Delete(key, catalog.Any()))
				}
				for range 2 { // the second finds what the first has buried
					since, err := s.Apply(t.Context(), put...)
					require.NoError(t, err)
					list, err := s.List(t.Context(), "key/", "", catalog.MaxStorePage)
					require.NoError(t, err)
					require.Len(t, list, n)
					for i, r := range list {
						require.Equal(t, catalog.Record{Key: put[i].Key, Value: put[i].Value, Revision: since}, r)
					}
					_, err = s.Apply(t.Context(), remove...)
					require.NoError(t, err)
					if n > deletions {
						continue // not all are remembered
					}
					changes, _, err := s.Changes(t.Context(), since, catalog.MaxStorePage)
					require.NoError(t, err)
					assert.Len(t, changes, n)
				}
			})
		}
	}
}
