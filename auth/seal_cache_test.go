package auth

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCacheAsksTheKeyWrapperOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    *SealerOptions
		want int
	}{
		"default": {nil, 1}, "zero": {&SealerOptions{}, 1}, "no size": {&SealerOptions{CacheSize: -1}, 3},
		"no time": {&SealerOptions{CacheFor: -1}, 3}, "smallest": {&SealerOptions{CacheSize: 1, CacheFor: time.Hour}, 1},
	} {
		keys := newScriptedKeys(t)
		s := NewSealer(keys, c.o)
		sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
		require.NoError(t, err)
		for range 3 {
			_, err = s.OpenBytes(t.Context(), place, sealed)
			require.NoError(t, err)
		}
		assert.Equal(t, c.want, keys.unwraps, name)
	}
}

func TestCacheKeepsNoKeyThatOpenedNothing(t *testing.T) {
	t.Parallel()
	keys := newScriptedKeys(t)
	s := NewSealer(keys, nil)
	sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	elsewhere := place
	elsewhere.Tenant = "other"
	for range 3 {
		_, err = s.OpenBytes(t.Context(), elsewhere, sealed)
		require.ErrorIs(t, err, ErrTampered)
	}
	assert.Equal(t, 3, keys.unwraps)
	assert.Empty(t, s.cache.young)
}

// A key is kept for half of CacheFor at least and for CacheFor at most, however
// often it is used, and an idle Sealer holds none.
func TestCacheForgetsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		keys := newScriptedKeys(t)
		s := NewSealer(keys, &SealerOptions{CacheFor: time.Minute})
		sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
		require.NoError(t, err)
		open := func(want int) {
			t.Helper()
			synctest.Wait()
			_, err := s.OpenBytes(t.Context(), place, sealed)
			require.NoError(t, err)
			assert.Equal(t, want, keys.unwraps)
		}
		open(1)
		time.Sleep(31 * time.Second)
		open(1)
		time.Sleep(28 * time.Second)
		open(1)
		time.Sleep(2 * time.Second) // 61 s
		open(2)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		s.cache.mu.RLock()
		defer s.cache.mu.RUnlock()
		assert.Empty(t, s.cache.young)
		assert.Empty(t, s.cache.old)
		assert.False(t, s.cache.turning)
	})
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	s := NewSealer(memoryKeys(t), &SealerOptions{CacheSize: 10})
	for range 100 {
		sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
		require.NoError(t, err)
		_, err = s.OpenBytes(t.Context(), place, sealed)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(s.cache.young)+len(s.cache.old), 10)
	}
	assert.GreaterOrEqual(t, len(s.cache.young)+len(s.cache.old), 5)
	most := NewSealer(nil, &SealerOptions{CacheSize: 1 << 30, CacheFor: 1 << 60}).cache
	assert.Equal(t, 1<<15, most.half)
	assert.Equal(t, 30*time.Minute, most.turn)
	assert.Equal(t, 512, NewSealer(nil, nil).cache.half)
	assert.Equal(t, 30*time.Second, NewSealer(nil, nil).cache.turn)
}

// The result of an Open is its caller's own, also when many share a cached key.
func TestCacheIsSharedSafely(t *testing.T) {
	t.Parallel()
	keys := memoryKeys(t)
	s := NewSealer(keys, &SealerOptions{CacheSize: 4, CacheFor: 2 * time.Millisecond})
	const records, workers = 8, 4
	sealed := make([]Sealed, records)
	for i := range sealed {
		var err error
		sealed[i], err = s.SealBytes(t.Context(), place, fmt.Appendf(nil, "secret %d", i))
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for n := range 400 {
				i := (n*7 + w) % records
				got, err := s.OpenBytes(t.Context(), place, sealed[i])
				if err != nil || !slices.Equal(got, fmt.Appendf(nil, "secret %d", i)) {
					t.Errorf("record %d: %q, %v", i, got, err)
					return
				}
				clear(got)
			}
		})
	}
	wg.Wait()
}
