package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC8_RewrapLeavesTheCiphertextAlone(t *testing.T) {
	t.Parallel()
	keys := newScriptedKeys(t)
	s := NewSealer(keys, nil)
	sealed, err := s.SealBytes(t.Context(), place, []byte("secret"))
	require.NoError(t, err)
	same, changed, err := s.Rewrap(t.Context(), sealed)
	require.NoError(t, err)
	assert.False(t, changed)
	assert.True(t, same.Equal(sealed))
	assert.Zero(t, keys.unwraps, "a loop over what is done already costs little")

	id, err := keys.Rotate(t.Context())
	require.NoError(t, err)
	before, err := parseEnvelope(sealed.envelope)
	require.NoError(t, err)
	rewrapped, changed, err := s.Rewrap(t.Context(), sealed)
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, id, rewrapped.KeyID())
	after, err := parseEnvelope(rewrapped.envelope)
	require.NoError(t, err)
	assert.Equal(t, before.sealed, after.sealed)
	assert.NotEqual(t, before.wrapped, after.wrapped)
	for _, form := range []Sealed{sealed, rewrapped} {
		got, err := s.OpenBytes(t.Context(), place, form)
		require.NoError(t, err)
		assert.Equal(t, "secret", string(got))
		elsewhere := place
		elsewhere.Generation++
		_, err = s.OpenBytes(t.Context(), elsewhere, form)
		require.ErrorIs(t, err, ErrTampered)
	}
	_, changed, err = s.Rewrap(t.Context(), rewrapped)
	require.NoError(t, err)
	assert.False(t, changed, "rewrapping again is nothing to do: a loop can begin anew")
}

func TestC8_RewrapRefusesWhatItCannotUndo(t *testing.T) {
	t.Parallel()
	keys := newScriptedKeys(t)
	s := NewSealer(keys, nil)
	sealed, err := s.SealBytes(t.Context(), place, []byte("secret"))
	require.NoError(t, err)
	_, err = keys.Rotate(t.Context())
	require.NoError(t, err)
	down := errors.New("service is down")
	other, err := memoryKeys(t).Wrap(t.Context(), make([]byte, DataKeyBytes))
	require.NoError(t, err)
	tests := map[string]struct {
		bend func()
		want error
	}{
		"current key unknown": {func() {
			keys.current = func(context.Context) (string, error) { return "", down }
		}, down},
		"old key cannot unwrap": {func() {
			keys.unwrap = func(context.Context, WrappedKey) ([]byte, error) { return nil, down }
		}, down},
		"old key refuses": {func() {
			keys.unwrap = func(context.Context, WrappedKey) ([]byte, error) { return nil, ErrTampered }
		}, ErrTampered},
		"new key cannot wrap": {func() {
			keys.wrap = func(context.Context, []byte) (WrappedKey, error) { return WrappedKey{}, down }
		}, down},
		"new key wraps nothing": {func() {
			keys.wrap = func(_ context.Context, k []byte) (WrappedKey, error) {
				return WrappedKey{"k", bytes.Clone(k)}, nil
			}
		}, fs.ErrInvalid},
		"new key does not unwrap": {func() {
			keys.wrap = func(context.Context, []byte) (WrappedKey, error) { return other, nil }
		}, fs.ErrInvalid},
		"new key unwraps to another": {func() {
			keys.wrap = func(ctx context.Context, k []byte) (WrappedKey, error) {
				k[0] ^= 1
				return keys.LocalKeys.Wrap(ctx, k)
			}
		}, fs.ErrInvalid},
	}
	for name, c := range tests {
		keys.current, keys.wrap, keys.unwrap = keys.LocalKeys.CurrentKey, keys.LocalKeys.Wrap, keys.LocalKeys.Unwrap
		c.bend()
		got, changed, err := s.Rewrap(t.Context(), sealed)
		require.ErrorIs(t, err, c.want, name)
		if name != "old key refuses" {
			require.NotErrorIs(t, err, ErrTampered, "%s: the record is sound", name)
		}
		require.NotErrorIs(t, err, ErrUnknownKey, "%s: the record is sound", name)
		assert.False(t, changed, name)
		assert.True(t, got.IsZero(), name)
	}
	keys.wrap, keys.unwrap = keys.LocalKeys.Wrap, keys.LocalKeys.Unwrap
	keys.current = func(context.Context) (string, error) { return "a key that rotated back", nil }
	keys.wrap = func(_ context.Context, _ []byte) (WrappedKey, error) {
		e, err := parseEnvelope(sealed.envelope)
		return e.key(), err
	}
	got, changed, err := s.Rewrap(t.Context(), sealed)
	require.NoError(t, err)
	assert.False(t, changed)
	assert.True(t, got.Equal(sealed))
}

// TestC8_KeyRotationOf10000RecordsUnderLoad rotates the keys of 10,000 records, in a
// loop that is stopped and begun again, while readers open them and writers
// replace them. Then the old keys are destroyed.
func TestC8_KeyRotationOf10000RecordsUnderLoad(t *testing.T) {
	t.Parallel()
	const records, readers = 10_000, 3
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	keys := memoryKeys(t)
	s := NewSealer(keys, &SealerOptions{CacheSize: 500})
	at := func(i int) Binding { return Binding{fmt.Sprint("t", i%7), fmt.Sprint(i), "credential", uint64(i)} }
	var store [records]atomic.Pointer[Sealed]
	seal := func(i int) *Sealed {
		sealed, err := s.SealBytes(t.Context(), at(i), fmt.Append(nil, "secret ", i))
		if err != nil {
			t.Errorf("seal %d: %v", i, err)
		}
		return &sealed
	}
	for i := range store {
		store[i].Store(seal(i))
	}
	old := keys.KeyIDs()[0]

	var reads, lost atomic.Int64
	var stop atomic.Bool
	defer stop.Store(true)
	var wg sync.WaitGroup
	for r := range readers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(r)))
			for !stop.Load() {
				i := rng.IntN(records)
				got, err := s.OpenBytes(t.Context(), at(i), *store[i].Load())
				if err != nil || string(got) != fmt.Sprint("secret ", i) {
					t.Errorf("read %d: %q, %v", i, got, err)
					return
				}
				reads.Add(1)
				if reads.Load()%64 == 0 { // a writer, now and then
					store[i].Store(seal(i))
				}
			}
		})
	}
	rotate := func(from, to int) {
		for i := from; i < to; i++ {
			was := store[i].Load()
			now, changed, err := s.Rewrap(t.Context(), *was)
			if err != nil {
				t.Fatalf("rewrap %d: %v", i, err)
			}
			if changed && !store[i].CompareAndSwap(was, &now) {
				lost.Add(1) // replaced meanwhile, under the key of that moment
			}
		}
	}
	for range 2 {
		_, err := keys.Rotate(t.Context())
		require.NoError(t, err)
		rotate(0, records/3) // and then the process ends
		rotate(0, records)   // and another begins
	}
	stop.Store(true)
	wg.Wait()
	current := keys.KeyIDs()[0]
	inUse := func(_ context.Context, id string) (bool, error) {
		for i := range store {
			if store[i].Load().KeyID() == id {
				return true, nil
			}
		}
		return false, nil
	}
	rotate(0, records) // what lost to a writer
	for _, id := range keys.KeyIDs()[1:] {
		require.NoError(t, keys.Destroy(t.Context(), id, inUse))
	}
	assert.Equal(t, []string{current}, keys.KeyIDs())
	fresh := NewSealer(keys, nil)
	for i := range store {
		got, err := fresh.OpenBytes(t.Context(), at(i), *store[i].Load())
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint("secret ", i), string(got))
	}
	assert.NotEqual(t, old, current)
	assert.NotZero(t, reads.Load())
	t.Logf("%d reads, %d records replaced meanwhile", reads.Load(), lost.Load())
}
