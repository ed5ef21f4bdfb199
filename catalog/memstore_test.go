package catalog_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

func TestS2_MemStorePassesTheKit(t *testing.T) {
	t.Parallel()
	const deletions = 50
	catalogtest.TestStore(t, func(*testing.T) catalog.Store {
		return catalog.NewMemStore(&catalog.MemStoreOptions{Deletions: deletions})
	}, &catalogtest.StoreOptions{Deletions: deletions})
}

func TestMemStore_RefusesMoreThanItsBound(t *testing.T) {
	t.Parallel()
	s := catalog.NewMemStore(&catalog.MemStoreOptions{MaxBytes: 1000})
	value := make([]byte, 500)
	rev, err := s.Apply(t.Context(), catalog.Put("a", value, catalog.Any()))
	require.NoError(t, err)
	_, err = s.Apply(t.Context(), catalog.Put("a", value, catalog.Any()), catalog.Put("b", value, catalog.Any()))
	require.ErrorIs(t, err, catalog.ErrStoreFull)
	r, err := s.Get(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, rev, r.Revision, "nothing has changed")

	// What is replaced or deleted makes room.
	for range 10 {
		_, err = s.Apply(t.Context(), catalog.Put("a", value, catalog.Any()))
		require.NoError(t, err)
	}
	_, err = s.Apply(t.Context(), catalog.Delete("a", catalog.Any()))
	require.NoError(t, err)
	_, err = s.Apply(t.Context(), catalog.Put("b", value, catalog.Any()))
	require.NoError(t, err)
}

func TestMemStore_AccountsForEveryByte(t *testing.T) {
	t.Parallel()
	// Deleting and putting again a thousand times leaves what it began with: one
	// record and at most two deletions.
	s := catalog.NewMemStore(&catalog.MemStoreOptions{MaxBytes: 3*130 + 10, Deletions: 2})
	for i := range 1000 {
		key := fmt.Sprint(i % 5)
		_, err := s.Apply(t.Context(), catalog.Put(key, []byte("0123456789"), catalog.Absent()))
		require.NoError(t, err, i)
		_, err = s.Apply(t.Context(), catalog.Delete(key, catalog.Any()))
		require.NoError(t, err, i)
	}
}

func TestMemStore_RemembersNoDeletions(t *testing.T) {
	t.Parallel()
	s := catalog.NewMemStore(&catalog.MemStoreOptions{Deletions: -1})
	_, err := s.Apply(t.Context(), catalog.Put("a", nil, catalog.Any()))
	require.NoError(t, err)
	rev, err := s.Apply(t.Context(), catalog.Delete("a", catalog.Any()))
	require.NoError(t, err)
	_, next, err := s.Changes(t.Context(), rev-1, 1)
	require.ErrorIs(t, err, catalog.ErrCompacted)
	require.Equal(t, rev, next)
	page, next, err := s.Changes(t.Context(), rev, 1)
	require.NoError(t, err)
	require.Empty(t, page)
	require.Equal(t, rev, next)
}

// A revision some of whose deletions are forgotten is forgotten whole.
func TestMemStore_ForgetsWholeRevisions(t *testing.T) {
	t.Parallel()
	s := catalog.NewMemStore(&catalog.MemStoreOptions{Deletions: 3})
	var puts, deletes []catalog.Op
	for i := range 3 {
		puts = append(puts, catalog.Put(fmt.Sprint(i), nil, catalog.Any()))
		deletes = append(deletes, catalog.Delete(fmt.Sprint(i), catalog.Any()))
	}
	_, err := s.Apply(t.Context(), append(puts, catalog.Put("x", nil, catalog.Any()))...)
	require.NoError(t, err)
	three, err := s.Apply(t.Context(), deletes...)
	require.NoError(t, err)
	page, _, err := s.Changes(t.Context(), three-1, 10)
	require.NoError(t, err)
	require.Len(t, page, 3)
	_, err = s.Apply(t.Context(), catalog.Delete("x", catalog.Any()))
	require.NoError(t, err)
	_, _, err = s.Changes(t.Context(), three-1, 10)
	require.ErrorIs(t, err, catalog.ErrCompacted)
	page, _, err = s.Changes(t.Context(), three, 10)
	require.NoError(t, err)
	require.Len(t, page, 1)
}

func TestMemStore_TimeIsThatOfItsClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := catalog.NewMemStore(nil)
		before, err := s.Now(t.Context())
		require.NoError(t, err)
		time.Sleep(time.Hour)
		after, err := s.Now(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Hour, after.Sub(before))
	})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("here", 3600))
	s := catalog.NewMemStore(&catalog.MemStoreOptions{Now: func() time.Time { return at }})
	now, err := s.Now(t.Context())
	require.NoError(t, err)
	require.True(t, now.Equal(at))
}

func TestValidateApply_NamesEveryFault(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", catalog.MaxStoreKey+1)
	err := catalog.ValidateApply(
		catalog.Put("a", nil, catalog.Any()),
		catalog.Put("", nil, catalog.Any()),
		catalog.Op{Kind: 9, Key: long},
		catalog.Delete("a", catalog.Any()),
		catalog.Put(long, make([]byte, catalog.MaxStoreValue+1), catalog.Any()),
	)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, part := range []string{
		"op 1: key is empty", "op 2: kind 9 is unknown", "key of 513 bytes", `op 3: key "a" is already that of op 0`,
		"value of 67108865 bytes", "is already that of op 2",
	} {
		require.ErrorContains(t, err, part)
	}
	many := make([]catalog.Op, 10_000)
	require.Less(t, len(catalog.ValidateApply(many...).Error()), 5000, "the text of an error is bounded")
	require.NoError(t, catalog.ValidateApply())
	require.NoError(t, catalog.ValidateList("", "", 1))
	require.NoError(t, catalog.ValidateGet("a"))
	require.NoError(t, catalog.ValidateChanges(0, catalog.MaxStorePage))
}

func ExampleMemStore() {
	store := catalog.NewMemStore(nil)
	defer store.Close()
	ctx := context.Background()

	rev, err := store.Apply(ctx, catalog.Put("greeting", []byte("hello"), catalog.Absent()))
	fmt.Println(rev, err)
	_, err = store.Apply(ctx, catalog.Put("greeting", []byte("hi"), catalog.Absent()))
	fmt.Println(err)
	rev, err = store.Apply(ctx, catalog.Put("greeting", []byte("hi"), catalog.At(rev)))
	fmt.Println(rev, err)
	// Output:
	// 1 <nil>
	// store: precondition on "greeting" does not hold
	// 2 <nil>
}
