package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var place = Binding{Tenant: "acme", Connection: "c1", Field: "credential", Generation: 7}

func memoryKeys(tb testing.TB) *LocalKeys {
	tb.Helper()
	keys, err := NewMemoryKeys()
	require.NoError(tb, err)
	return keys
}

// scriptedKeys is a KeyWrapper whose answers a test changes.
type scriptedKeys struct {
	*LocalKeys

	wrap    func(context.Context, []byte) (WrappedKey, error)
	unwrap  func(context.Context, WrappedKey) ([]byte, error)
	current func(context.Context) (string, error)
	unwraps int
}

func newScriptedKeys(tb testing.TB) *scriptedKeys {
	tb.Helper()
	k := memoryKeys(tb)
	return &scriptedKeys{LocalKeys: k, wrap: k.Wrap, unwrap: k.Unwrap, current: k.CurrentKey}
}

func (k *scriptedKeys) CurrentKey(ctx context.Context) (string, error) { return k.current(ctx) }

func (k *scriptedKeys) Wrap(ctx context.Context, key []byte) (WrappedKey, error) {
	return k.wrap(ctx, key)
}

func (k *scriptedKeys) Unwrap(ctx context.Context, key WrappedKey) ([]byte, error) {
	k.unwraps++
	return k.unwrap(ctx, key)
}

// sealers returns a Sealer that has everything in its cache when it opens, and one
// that has nothing.
func sealers(keys KeyWrapper) map[string]*Sealer {
	return map[string]*Sealer{
		"cached": NewSealer(keys, nil), "uncached": NewSealer(keys, &SealerOptions{CacheSize: -1}),
	}
}

func TestC8_SealedOpensWhereItWasSealed(t *testing.T) {
	t.Parallel()
	for name, s := range sealers(memoryKeys(t)) {
		for _, n := range []int{0, 1, 15, 16, 17, 500, MaxSealBytes} {
			plaintext := make([]byte, n)
			_, _ = rand.Read(plaintext)
			given := slices.Clone(plaintext)
			sealed, err := s.SealBytes(t.Context(), place, given)
			require.NoError(t, err, name)
			require.Equal(t, plaintext, given, "the plaintext was changed")
			for range 3 {
				got, err := s.OpenBytes(t.Context(), place, sealed)
				require.NoError(t, err, "%s, %d bytes", name, n)
				require.True(t, bytes.Equal(plaintext, got), "%s, %d bytes", name, n)
				clear(got) // it belongs to the caller
			}
			if n >= 16 {
				assert.False(t, bytes.Contains(sealed.Bytes(), plaintext[:16]), "the plaintext is in it")
			}
		}
		for _, text := range []string{"", hush} {
			sealed, err := s.Seal(t.Context(), place, NewSecret(text))
			require.NoError(t, err)
			secret, err := s.Open(t.Context(), place, sealed)
			require.NoError(t, err)
			assert.Equal(t, text, secret.Reveal())
		}
	}
}

// Every record has a data key, a wrapping and a nonce of its own, each 32, 60 and
// 12 bytes that do not come again.
func TestC8_EveryRecordHasAFreshDataKey(t *testing.T) {
	t.Parallel()
	keys := newScriptedKeys(t)
	dataKeys := map[string]bool{}
	keys.wrap = func(ctx context.Context, key []byte) (WrappedKey, error) {
		dataKeys[string(key)] = true
		return keys.LocalKeys.Wrap(ctx, key)
	}
	s := NewSealer(keys, nil)
	nonces, wrapped, bodies := map[string]bool{}, map[string]bool{}, map[string]bool{}
	const n = 200
	for range n {
		sealed, err := s.SealBytes(t.Context(), place, []byte("the same every time"))
		require.NoError(t, err)
		e, err := parseEnvelope(sealed.envelope)
		require.NoError(t, err)
		nonces[string(e.sealed[:nonceBytes])] = true
		bodies[string(e.sealed[nonceBytes:])] = true
		wrapped[string(e.wrapped)] = true
	}
	assert.Len(t, dataKeys, n)
	assert.Len(t, nonces, n)
	assert.Len(t, wrapped, n)
	assert.Len(t, bodies, n)
	for i := range DataKeyBytes { // all of it is random
		values := map[byte]bool{}
		for key := range dataKeys {
			values[key[i]] = true
		}
		assert.Greater(t, len(values), 50, "byte %d", i)
	}
}

func TestC8_DataKeyIsClearedAfterUse(t *testing.T) {
	t.Parallel()
	keys := newScriptedKeys(t)
	var seen [][]byte
	keys.wrap = func(ctx context.Context, key []byte) (WrappedKey, error) {
		seen = append(seen, key) // which no wrapper may do
		return keys.LocalKeys.Wrap(ctx, key)
	}
	keys.unwrap = func(ctx context.Context, w WrappedKey) ([]byte, error) {
		key, err := keys.LocalKeys.Unwrap(ctx, w)
		seen = append(seen, key)
		return key, err
	}
	s := NewSealer(keys, &SealerOptions{CacheFor: -1})
	sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err)
	_, err = keys.Rotate(t.Context())
	require.NoError(t, err)
	_, changed, err := s.Rewrap(t.Context(), sealed)
	require.NoError(t, err)
	require.True(t, changed)
	require.Len(t, seen, 5)
	for i, key := range seen {
		assert.Equal(t, make([]byte, DataKeyBytes), key, "call %d", i)
	}
}

func TestC8_NoKeyNeverMeansPlaintext(t *testing.T) {
	t.Parallel()
	sealed, err := NewSealer(memoryKeys(t), nil).SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	down := errors.New("service is down")
	for name, bend := range map[string]func(*scriptedKeys){
		"fails": func(k *scriptedKeys) {
			k.wrap = func(context.Context, []byte) (WrappedKey, error) { return WrappedKey{}, down }
		},
		"returns nothing": func(k *scriptedKeys) {
			k.wrap = func(context.Context, []byte) (WrappedKey, error) { return WrappedKey{}, nil }
		},
		"returns no id": func(k *scriptedKeys) {
			k.wrap = func(context.Context, []byte) (WrappedKey, error) { return WrappedKey{Bytes: []byte("x")}, nil }
		},
		"returns an id with a space": func(k *scriptedKeys) {
			k.wrap = func(context.Context, []byte) (WrappedKey, error) {
				return WrappedKey{KeyID: "a b", Bytes: []byte("x")}, nil
			}
		},
		"returns too much": func(k *scriptedKeys) {
			k.wrap = func(context.Context, []byte) (WrappedKey, error) {
				return WrappedKey{KeyID: "k", Bytes: make([]byte, MaxWrappedKeyBytes+1)}, nil
			}
		},
		"wraps nothing": func(k *scriptedKeys) {
			k.wrap = func(_ context.Context, key []byte) (WrappedKey, error) {
				return WrappedKey{KeyID: "k", Bytes: slices.Concat([]byte("v1:"), key)}, nil
			}
		},
	} {
		keys := newScriptedKeys(t)
		bend(keys)
		got, err := NewSealer(keys, nil).Seal(t.Context(), place, NewSecret(hush))
		require.Error(t, err, name)
		assert.True(t, got.IsZero(), name)
		if name == "fails" {
			require.ErrorIs(t, err, down)
		} else {
			require.ErrorIs(t, err, fs.ErrInvalid, name)
		}
		assert.NotContains(t, err.Error(), hush)
	}

	for name, s := range map[string]*Sealer{"no keys": NewSealer(nil, nil), "only old keys": NewSealer(JoinKeys(nil), nil)} {
		got, err := s.Seal(t.Context(), place, NewSecret(hush))
		require.ErrorIs(t, err, ErrNoKey, name)
		require.ErrorIs(t, err, errors.ErrUnsupported, name)
		assert.True(t, got.IsZero(), name)
	}
	none := NewSealer(nil, nil)
	_, err = none.OpenBytes(t.Context(), place, sealed)
	require.ErrorIs(t, err, ErrNoKey)
	_, _, err = none.Rewrap(t.Context(), sealed)
	require.ErrorIs(t, err, ErrNoKey)
}

func TestC8_PlaintextIsNoCiphertext(t *testing.T) {
	t.Parallel()
	random := make([]byte, 200)
	_, _ = rand.Read(random)
	random[0] = 'x'
	long := strings.Repeat("x", maxEnvelope+1)
	for _, plaintext := range []string{
		"", "hunter2", `{"access_token":"hunter2"}`, "[sealed]", Redacted, "eyJhbGciOiJub25lIn0.e30.", "PBS", "\x8eP",
		envelopeMagic, "\x8fPBS\x01", string(random), "null", long,
	} {
		got, err := ParseSealed([]byte(plaintext))
		require.ErrorIs(t, err, ErrNotSealed, "%.20q", plaintext)
		require.ErrorIs(t, err, fs.ErrInvalid)
		assert.True(t, got.IsZero())
		if strings.Contains(plaintext, "hunter2") {
			assert.NotContains(t, err.Error(), "hunter2")
		}
		if plaintext == "" {
			continue
		}
		var stored struct{ S Sealed }
		text, err := json.Marshal(map[string]string{"S": plaintext})
		require.NoError(t, err)
		err = json.Unmarshal(text, &stored)
		require.ErrorIs(t, err, ErrNotSealed, "%.20q", plaintext)
		assert.True(t, stored.S.IsZero())
	}
	_, err := NewSealer(memoryKeys(t), nil).OpenBytes(t.Context(), place, Sealed{})
	require.ErrorIs(t, err, ErrNotSealed)
	_, _, err = NewSealer(memoryKeys(t), nil).Rewrap(t.Context(), Sealed{})
	require.ErrorIs(t, err, ErrNotSealed)
}

func TestSealTellsALaterFormat(t *testing.T) {
	t.Parallel()
	s := NewSealer(memoryKeys(t), nil)
	sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	later := sealed.Bytes()
	later[len(envelopeMagic)] = 2
	_, err = ParseSealed(later)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorIs(t, err, ErrNotSealed)
	assert.Contains(t, err.Error(), "format 2")
}

func TestSealKeepsToItsBounds(t *testing.T) {
	t.Parallel()
	keys := newScriptedKeys(t)
	keys.wrap = func(context.Context, []byte) (WrappedKey, error) {
		return WrappedKey{KeyID: strings.Repeat("~", MaxKeyIDBytes), Bytes: make([]byte, MaxWrappedKeyBytes)}, nil
	}
	s := NewSealer(keys, nil)
	sealed, err := s.SealBytes(t.Context(), place, make([]byte, MaxSealBytes))
	require.NoError(t, err)
	largest := sealed.Bytes()
	assert.Len(t, largest, maxEnvelope)
	_, err = ParseSealed(largest)
	require.NoError(t, err)
	_, err = ParseSealed(append(largest, 0))
	require.ErrorIs(t, err, ErrTampered)
	_, err = s.SealBytes(t.Context(), place, make([]byte, MaxSealBytes+1))
	require.ErrorIs(t, err, fs.ErrInvalid)

	body := make([]byte, nonceBytes+tagBytes)
	for name, envelope := range map[string][]byte{
		"no id":             append(appendHeader(nil, WrappedKey{"", []byte("x")}), body...),
		"long id":           append(appendHeader(nil, WrappedKey{strings.Repeat("k", MaxKeyIDBytes+1), []byte("x")}), body...),
		"id with a newline": append(appendHeader(nil, WrappedKey{"k\n", []byte("x")}), body...),
		"no wrapped key":    append(appendHeader(nil, WrappedKey{"k", nil}), body...),
		"long wrapped key":  append(appendHeader(nil, WrappedKey{"k", make([]byte, MaxWrappedKeyBytes+1)}), body...),
		"short body":        append(appendHeader(nil, WrappedKey{"k", []byte("x")}), body[1:]...),
		"long body":         append(appendHeader(nil, WrappedKey{"k", []byte("x")}), make([]byte, MaxSealBytes+len(body)+1)...),
	} {
		_, err := ParseSealed(envelope)
		require.ErrorIs(t, err, ErrTampered, name)
	}
	_, err = ParseSealed(append(appendHeader(nil, WrappedKey{"k", []byte("x")}), body...))
	require.NoError(t, err)
}

func TestSealHonoursTheContext(t *testing.T) {
	t.Parallel()
	s := NewSealer(memoryKeys(t), nil)
	sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	_, err = s.OpenBytes(t.Context(), place, sealed) // from now on the KeyWrapper is not asked
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.SealBytes(ctx, place, []byte("x"))
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Open(ctx, place, sealed)
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = s.Rewrap(ctx, sealed)
	require.ErrorIs(t, err, context.Canceled)
}

// What passes is told from what does not: an outage is no tampering.
func TestOpenReturnsTheErrorOfTheKeyWrapper(t *testing.T) {
	t.Parallel()
	keys := newScriptedKeys(t)
	s := NewSealer(keys, nil)
	sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	down := errors.New("service is down")
	keys.unwrap = func(context.Context, WrappedKey) ([]byte, error) { return nil, down }
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.ErrorIs(t, err, down)
	require.NotErrorIs(t, err, ErrTampered)
	keys.unwrap = func(context.Context, WrappedKey) ([]byte, error) { return nil, fmt.Errorf("404: %w", ErrUnknownKey) }
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.ErrorIs(t, err, ErrUnknownKey)
	require.ErrorIs(t, err, fs.ErrNotExist)
	for _, n := range []int{0, 16, 31, 33} {
		keys.unwrap = func(context.Context, WrappedKey) ([]byte, error) { return make([]byte, n), nil }
		_, err = s.OpenBytes(t.Context(), place, sealed)
		require.ErrorIs(t, err, fs.ErrInvalid)
	}
	keys.unwrap = func(ctx context.Context, w WrappedKey) ([]byte, error) {
		clear(w.Bytes) // a Sealed is immutable whatever a wrapper does
		return nil, down
	}
	before := sealed.Bytes()
	_, err = s.OpenBytes(t.Context(), place, sealed)
	require.ErrorIs(t, err, down)
	assert.Equal(t, before, sealed.Bytes())
}
