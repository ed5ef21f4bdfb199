package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func rawKey(b byte) Secret { return NewSecret(string(bytes.Repeat([]byte{b}, DataKeyBytes))) }

func TestMemoryKeysFromElsewhere(t *testing.T) {
	t.Parallel()
	one, err := NewMemoryKeys(rawKey(1))
	require.NoError(t, err)
	sealed, err := NewSealer(one, nil).SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	both, err := NewMemoryKeys(rawKey(2), rawKey(1))
	require.NoError(t, err)
	_, err = NewSealer(both, nil).OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err)
	current, err := both.CurrentKey(t.Context())
	require.NoError(t, err)
	assert.Equal(t, both.KeyIDs()[0], current)
	assert.Equal(t, one.KeyIDs(), both.KeyIDs()[1:])
	assert.Len(t, current, 32)
	two, err := NewMemoryKeys(rawKey(2))
	require.NoError(t, err)
	_, err = NewSealer(two, nil).OpenBytes(t.Context(), place, sealed)
	require.ErrorIs(t, err, ErrUnknownKey)
	random := memoryKeys(t)
	assert.NotEqual(t, random.KeyIDs(), memoryKeys(t).KeyIDs())

	for want, keys := range map[string][]Secret{
		"key 0: a key has 32 bytes, not 0":  {{}},
		"key 1: a key has 32 bytes, not 7":  {rawKey(1), NewSecret("hunter2")},
		"key 2: is given twice":             {rawKey(1), rawKey(2), rawKey(1)},
		"more than 256":                     slices.Repeat([]Secret{rawKey(1)}, maxLocalKeys+1),
		"key 0: a key has 32 bytes, not 33": {NewSecret(strings.Repeat("x", 33))},
	} {
		got, err := NewMemoryKeys(keys...)
		require.ErrorIs(t, err, fs.ErrInvalid)
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "hunter2")
		assert.Nil(t, got)
	}
}

func TestLocalKeysWrapDataKeysOnly(t *testing.T) {
	t.Parallel()
	keys := memoryKeys(t)
	for _, n := range []int{0, 16, 31, 33, 500} {
		_, err := keys.Wrap(t.Context(), make([]byte, n))
		require.ErrorIs(t, err, fs.ErrInvalid)
	}
}

func TestC8_RotateKeepsOldKeysForOpening(t *testing.T) {
	t.Parallel()
	keys := memoryKeys(t)
	s := NewSealer(keys, &SealerOptions{CacheSize: -1})
	var sealed []Sealed
	var ids []string
	for range 5 {
		one, err := s.SealBytes(t.Context(), place, []byte("x"))
		require.NoError(t, err)
		sealed = append(sealed, one)
		id, err := keys.Rotate(t.Context())
		require.NoError(t, err)
		ids = append([]string{id}, ids...)
		assert.Equal(t, ids, keys.KeyIDs()[:len(ids)])
	}
	for _, one := range sealed {
		_, err := s.OpenBytes(t.Context(), place, one)
		require.NoError(t, err)
	}
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(keys.KeyIDs()))), 6)
	for len(keys.KeyIDs()) < maxLocalKeys {
		_, err := keys.Rotate(t.Context())
		require.NoError(t, err)
	}
	before := keys.KeyIDs()
	_, err := keys.Rotate(t.Context())
	require.ErrorIs(t, err, fs.ErrInvalid)
	assert.Equal(t, before, keys.KeyIDs())
}

func TestC8_DestroyRefusesKeysInUse(t *testing.T) {
	t.Parallel()
	keys := memoryKeys(t)
	s := NewSealer(keys, &SealerOptions{CacheSize: -1})
	sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	old := keys.KeyIDs()[0]
	asked := ""
	answer := func(used bool, err error) func(context.Context, string) (bool, error) {
		return func(_ context.Context, id string) (bool, error) {
			asked = id
			return used, err
		}
	}
	down := errors.New("store is down")
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	require.ErrorIs(t, keys.Destroy(t.Context(), old, answer(false, nil)), ErrKeyInUse, "it is the current one")
	assert.Empty(t, asked)
	current, err := keys.Rotate(t.Context())
	require.NoError(t, err)
	require.ErrorIs(t, keys.Destroy(t.Context(), current, answer(false, nil)), ErrKeyInUse)
	require.ErrorIs(t, keys.Destroy(t.Context(), old, answer(true, nil)), ErrKeyInUse)
	require.ErrorIs(t, keys.Destroy(t.Context(), old, answer(true, nil)), fs.ErrPermission)
	assert.Equal(t, old, asked)
	require.ErrorIs(t, keys.Destroy(t.Context(), old, answer(false, down)), down)
	require.ErrorIs(t, keys.Destroy(t.Context(), old, nil), fs.ErrInvalid)
	require.ErrorIs(t, keys.Destroy(t.Context(), "other", answer(false, nil)), ErrUnknownKey)
	require.ErrorIs(t, keys.Destroy(ended, old, answer(false, nil)), context.Canceled)
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err, "a refusal changes nothing")

	require.NoError(t, keys.Destroy(t.Context(), old, answer(false, nil)))
	assert.Equal(t, []string{current}, keys.KeyIDs())
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.ErrorIs(t, err, ErrUnknownKey)
	require.ErrorIs(t, keys.Destroy(t.Context(), old, answer(false, nil)), ErrUnknownKey)
	_, err = keys.Rotate(ended)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, []string{current}, keys.KeyIDs())
}

// No printer, logger, encoder or walker of unexported fields shows a key: neither
// the keys that wrap nor an unwrapped data key in a cache.
func TestKeysShowInNoSink(t *testing.T) {
	t.Parallel()
	raw := []byte("0123456789ABCDEFghijklmnopqrstuv")
	keys, err := NewMemoryKeys(NewSecret(string(raw)))
	require.NoError(t, err)
	dataKey := []byte("data-key-data-key-data-key-data!")
	wrapped, err := keys.Wrap(t.Context(), dataKey)
	require.NoError(t, err)
	s := NewSealer(keys, nil)
	aead, err := newAEAD(dataKey)
	require.NoError(t, err)
	sealed := Sealed{aead.Seal(appendHeader(nil, wrapped), nil, []byte("x"), place.associatedData())}
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err)
	require.Len(t, s.cache.young, 1)

	file, err := OpenKeyFile(t.Context(), t.TempDir()+"/keys", &KeyFileOptions{Create: true})
	require.NoError(t, err)
	fileRaw := []byte(file.state.Load().ring[0].reveal.Reveal())

	var out bytes.Buffer
	all := []any{keys, s, keys.state.Load(), s.cache, keys.state.Load().ring, JoinKeys(keys, file), file, file.state.Load(), file.state.Load().ring}
	for _, x := range all {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, x)
		}
		text, err := json.Marshal(x)
		fmt.Fprint(&out, string(text), err)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "x", x)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "x", x)
		out.WriteString(failing(func(r assert.TestingT) { assert.Equal(r, "other", x) }))
		out.WriteString(failing(func(r assert.TestingT) { assert.Equal(r, *keys.state.Load().ring[0], x) })) // spew walks
	}
	out.WriteString(cmp.Diff(keys.state.Load().ring, file.state.Load().ring, cmp.Exporter(func(reflect.Type) bool { return true }),
		cmp.Comparer(func(a, b func([]byte) []byte) bool { return false }), cmp.Comparer(func(a, b func([]byte) ([]byte, error)) bool { return false })))
	shown := out.String()
	require.Greater(t, len(shown), 1000)
	for _, key := range [][]byte{raw, dataKey, fileRaw} {
		for _, form := range []string{
			string(key), string(key[:8]), hex.EncodeToString(key[:8]), strings.ToUpper(hex.EncodeToString(key[:8])),
			base64.StdEncoding.EncodeToString(key)[:10], strings.Trim(fmt.Sprintf("%d", key[:8]), "[]"),
			fmt.Sprintf("%#v", key[:4])[8:22], fmt.Sprint(binary.BigEndian.Uint32(key[4:])), fmt.Sprintf("%#x", binary.BigEndian.Uint32(key[4:])),
		} {
			if strings.Contains(shown, form) {
				t.Errorf("%q is shown", form)
			}
		}
	}
}
