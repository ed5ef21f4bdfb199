package auth

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Records move from one keeper of keys to another while they are in use.
func TestC8_JoinedKeysMoveRecords(t *testing.T) {
	t.Parallel()
	file, service := memoryKeys(t), memoryKeys(t)
	sealed, err := NewSealer(file, nil).SealBytes(t.Context(), place, []byte("secret"))
	require.NoError(t, err)

	s := NewSealer(JoinKeys(service, nil, file), nil)
	got, err := s.OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err)
	assert.Equal(t, "secret", string(got))
	moved, changed, err := s.Rewrap(t.Context(), sealed)
	require.NoError(t, err)
	assert.True(t, changed)

	got, err = NewSealer(service, nil).OpenBytes(t.Context(), place, moved)
	require.NoError(t, err)
	assert.Equal(t, "secret", string(got))
	_, err = NewSealer(file, nil).OpenBytes(t.Context(), place, moved)
	require.ErrorIs(t, err, ErrUnknownKey)
	_, err = NewSealer(JoinKeys(memoryKeys(t), memoryKeys(t)), nil).OpenBytes(t.Context(), place, moved)
	require.ErrorIs(t, err, ErrUnknownKey)
}

func TestJoinedKeysWithoutACurrentOneOnlyOpen(t *testing.T) {
	t.Parallel()
	file := memoryKeys(t)
	sealed, err := NewSealer(file, nil).SealBytes(t.Context(), place, []byte("secret"))
	require.NoError(t, err)
	s := NewSealer(JoinKeys(nil, file), nil)
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err)
	_, err = s.SealBytes(t.Context(), place, nil)
	require.ErrorIs(t, err, ErrNoKey)
	_, _, err = s.Rewrap(t.Context(), sealed)
	require.ErrorIs(t, err, ErrNoKey)
	_, err = NewSealer(JoinKeys(nil), nil).OpenBytes(t.Context(), place, sealed)
	require.ErrorIs(t, err, ErrUnknownKey)
}

func TestJoinedKeysStopAtAnyOtherError(t *testing.T) {
	t.Parallel()
	first, second, third := newScriptedKeys(t), newScriptedKeys(t), newScriptedKeys(t)
	down := errors.New("service is down")
	second.unwrap = func(context.Context, WrappedKey) ([]byte, error) { return nil, down }
	w, err := third.Wrap(t.Context(), make([]byte, DataKeyBytes))
	require.NoError(t, err)
	_, err = JoinKeys(first, second, third).Unwrap(t.Context(), w)
	require.ErrorIs(t, err, down)
	assert.Equal(t, []int{1, 1, 0}, []int{first.unwraps, second.unwraps, third.unwraps})
	_, err = JoinKeys(second, third).Unwrap(t.Context(), w)
	require.ErrorIs(t, err, down)
	assert.Zero(t, third.unwraps)
}

func TestJoinKeysKeepsItsOwnList(t *testing.T) {
	t.Parallel()
	file := memoryKeys(t)
	older := []KeyWrapper{nil, file}
	joined := JoinKeys(nil, older...)
	older[1] = nil
	w, err := file.Wrap(t.Context(), make([]byte, DataKeyBytes))
	require.NoError(t, err)
	_, err = joined.Unwrap(t.Context(), w)
	require.NoError(t, err)
}
