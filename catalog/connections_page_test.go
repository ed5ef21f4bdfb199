package catalog_test

import (
	"fmt"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConnectionsPage(t *testing.T) {
	t.Parallel()
	b, _ := vault(t)
	for i := range 7 {
		_, err := b.store1(t.Context(), fmt.Sprint("c", i), "s3cret")
		require.NoError(t, err)
	}
	conns := b.For(viewerP).Connections()
	all := map[string]bool{}
	for conn, err := range conns.List(t.Context(), &catalog.ConnectionQuery{Limit: 2}) {
		require.NoError(t, err)
		all[conn.ID] = true
	}
	require.Len(t, all, 7)
	for limit, sizes := range map[int][]int{3: {3, 3, 1}, 7: {7}, 6: {6, 1}, 0: {7}, 5000: {7}, -1: {7}} {
		q := &catalog.ConnectionQuery{Limit: limit}
		seen := map[string]bool{}
		for _, size := range sizes {
			page, err := conns.Page(t.Context(), q)
			require.NoError(t, err)
			assert.Len(t, page.Connections, size, "limit %d", limit)
			for _, conn := range page.Connections {
				seen[conn.ID] = true
			}
			q.After = page.Next
		}
		assert.Empty(t, q.After, "limit %d", limit)
		assert.Equal(t, all, seen)
	}
	page, err := conns.Page(t.Context(), nil)
	require.NoError(t, err)
	assert.Len(t, page.Connections, 7)
	none, err := conns.Page(t.Context(), &catalog.ConnectionQuery{Connector: "other"})
	require.NoError(t, err)
	assert.Empty(t, none.Connections)
	_, err = b.For(nobodyP).Connections().Page(t.Context(), nil)
	require.ErrorIs(t, err, catalog.ErrForbidden)
}
