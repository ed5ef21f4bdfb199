package catalog_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestC4_DeletionRevokesAtTheProvider(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn := f.connect(t, viewerP, "mine")
	_, err := f.mine().Triggers(conn.ID).Create(t.Context(), "received", &catalog.TriggerRequest{Name: "t"})
	require.NoError(t, err)
	require.NoError(t, f.mine().Delete(t.Context(), conn.ID))
	f.nothingMade(t)
	assert.Empty(t, f.keys(t, "trigger/"))
	f.givenBack(t, 1)
	require.ErrorIs(t, f.mine().Delete(t.Context(), conn.ID), catalog.ErrNotFound)
}

func TestC4_RevocationBlocksNothing(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]authtest.Step{
		"hangs": authtest.Hang(), "fails": authtest.Reply(500, nil, ""), "refuses": authtest.Refuse(400, "unsupported_token_type", ""),
		"breaks": authtest.DropBefore(), "redirects": authtest.Redirect(307, "https://evil.example/"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			conn := f.connect(t, viewerP, "mine")
			f.server.Script(authtest.Revoke, step)
			require.NoError(t, f.mine().Delete(t.Context(), conn.ID))
			f.nothingMade(t)
			require.Eventually(t, func() bool { return f.server.Count(authtest.Revoke) == 1 }, patience, tick)
			f.connect(t, viewerP, "mine")
			f.close(t) // nor does it hold up the end
			assert.Equal(t, 1, f.server.Count(authtest.Revoke), "it is tried once")
		})
	}
}

// A provider that answers nothing is not asked about ever more tokens at once, and deletions go on.
func TestC4_RevocationsAreBounded(t *testing.T) {
	t.Parallel()
	const most, more = 1024, 3
	f := newOAuth(t, nil)
	f.server.Script(authtest.Revoke, slices.Repeat([]authtest.Step{authtest.Hang()}, most)...)
	ids := make([]string, most+more)
	for i := range ids {
		conn, err := f.mine().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: fmt.Sprint(i)})
		require.NoError(t, err)
		ids[i] = conn.ID
	}
	var all errgroup.Group // soon enough for the first not to have ended by the time of the last
	all.SetLimit(16)
	for _, id := range ids {
		all.Go(func() error { return f.mine().Delete(t.Context(), id) })
	}
	require.NoError(t, all.Wait())
	require.Eventually(t, func() bool { return f.server.Count(authtest.Revoke) == most }, patience, tick)
	f.nothingMade(t)
	f.close(t)
	assert.Equal(t, most, f.server.Count(authtest.Revoke), "the rest is not tried")
}

// What does not open any more is deleted all the same.
func TestC4_WhatIsDamagedIsDeleted(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn, other := f.connect(t, viewerP, "mine"), f.connect(t, viewerP, "other")
	theirs, err := f.store.Get(t.Context(), "connsecret/acme/"+other.ID)
	require.NoError(t, err)
	_, err = f.store.Apply(t.Context(), catalog.Put("connsecret/acme/"+conn.ID, theirs.Value, catalog.Any()))
	require.NoError(t, err)
	require.NoError(t, f.mine().Delete(t.Context(), conn.ID))
	f.whole(t, "the other stays")
	assert.Zero(t, f.server.Count(authtest.Revoke))
}
