package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hooked is another catalog on the same store, seen through a hook.
func hooked(t *testing.T, b *bench, hook *hookStore) *bench {
	t.Helper()
	other := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	other.opts.Store = hook
	other.open(t)
	t.Cleanup(func() { other.close(t) })
	return other
}

// Whoever is overtaken does what was asked all the same, or says what is true by then.
func TestTakingBackWhatSomebodyElseTakesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	hook := &hookStore{Store: b.store, prefix: "skip/"}
	other := hooked(t, b, hook)
	effect, err := b.admin.Skip(t.Context(), "a", &catalog.Skip{Versions: "1.0.0", Reason: "x"})
	require.NoError(t, err)
	hook.arm(func() { assert.NoError(t, b.admin.Unskip(t.Context(), effect.ID)) })
	require.ErrorIs(t, other.admin.Unskip(t.Context(), effect.ID), catalog.ErrNotFound)
	assert.False(t, hook.armed())
}

func TestC4_DeletedWhileTheDefaultChanges(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	first, second := f.connect(t, viewerP, "first"), f.connect(t, viewerP, "second")
	hook := &hookStore{Store: f.store, prefix: "conn/"}
	other, conns := hooked(t, f.bench, hook), f.For(viewerP).Connections()
	require.NoError(t, conns.SetDefault(t.Context(), first.ID))
	hook.arm(func() { assert.NoError(t, conns.SetDefault(t.Context(), second.ID)) })
	require.NoError(t, other.For(viewerP).Connections().Delete(t.Context(), first.ID))
	assert.False(t, hook.armed())
	left, err := conns.Get(t.Context(), second.ID)
	require.NoError(t, err)
	assert.True(t, left.Default)
}
