package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestP10_WhatIsReportedDoneIsVisible(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	lagging := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	lagging.opts.Store = struct{ catalog.Store }{b.store} // no Watcher: hears of changes only when it asks
	lagging.opts.Installer = nil                          // and takes up no operation
	lagging.open(t)
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	_, err = op.Wait(t.Context())
	require.NoError(t, err)
	same, err := lagging.admin.Operation(t.Context(), op.ID)
	require.NoError(t, err)
	st, err := same.Status(t.Context())
	require.NoError(t, err)
	assert.True(t, st.Finished)
	assert.Equal(t, []string{"a@1.0.0"}, lagging.published(t), "Status says done, so it is published here too")
	lagging.close(t)
}
