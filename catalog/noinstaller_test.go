package catalog_test

import (
	"errors"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A process without an Installer leaves open operations to one that has it.
func TestP12_CatalogWithoutInstallerLeavesOperationsAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "b@1.0.0"})
	b.install(t, "a@1.0.0")
	open := b.disk.gate("a@2.0.0")
	defer open()
	op, err := b.admin.Install(t.Context(), b.plan(t, "a@2.0.0", "b"))
	require.NoError(t, err)
	waitFor(t, op, "a", catalog.Fetching)
	b.reopen(t, func(o *catalog.Options) { o.Installer = nil })
	time.Sleep(2 * b.opts.Lease)
	same, err := b.admin.Operation(t.Context(), op.ID)
	require.NoError(t, err)
	st, err := same.Status(t.Context())
	require.NoError(t, err)
	assert.False(t, st.Finished)
	require.ErrorIs(t, first(b.admin.Verify(t.Context(), "")), errors.ErrUnsupported)
	_, err = b.admin.Sweep(t.Context())
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = b.admin.Install(t.Context(), b.plan(t, "b"))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	open()
	b.reopen(t, func(o *catalog.Options) { o.Installer = b.disk })
	same, err = b.admin.Operation(t.Context(), op.ID)
	require.NoError(t, err)
	st, err = same.Wait(t.Context())
	require.NoError(t, err)
	assert.Zero(t, st.Failed(), "%+v", st.Items)
	assert.Equal(t, []string{"a@2.0.0", "b@1.0.0"}, b.published(t))
}
