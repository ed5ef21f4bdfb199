package auth

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every tuple over a small alphabet that contains what the encoding itself uses.
func TestC8_NoTwoBindingsHaveOneEncoding(t *testing.T) {
	t.Parallel()
	words := []string{"a", "b", "ab", "ba", "\x00", "\x00\x00\x00\x01", "\x00\x00\x00\x01a", "a\x00\x00\x00\x01b", "/", "", bindingLabel}
	seen := map[string]Binding{}
	for _, tenant := range words {
		for _, connection := range words {
			for _, field := range words {
				for _, generation := range []uint64{0, 1, 256, 1<<64 - 1} {
					b := Binding{tenant, connection, field, generation}
					data := string(b.associatedData())
					if other, ok := seen[data]; ok {
						t.Fatalf("%+v and %+v have one encoding", b, other)
					}
					seen[data] = b
				}
			}
		}
	}
	assert.Len(t, seen, len(words)*len(words)*len(words)*4)
}

// The encoding is read back in a second way, so nothing of it is lost.
func TestC8_EncodingOfABindingIsReadBack(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	word := func() string {
		b := make([]byte, rng.IntN(20))
		for i := range b {
			b[i] = byte(rng.IntN(4))
		}
		return string(b)
	}
	for range 2000 {
		want := Binding{word(), word(), word(), rng.Uint64()}
		data, ok := strings.CutPrefix(string(want.associatedData()), "patchbay.seal/v1")
		require.True(t, ok)
		var texts [3]string
		for i := range texts {
			n := binary.BigEndian.Uint32([]byte(data))
			texts[i], data = data[4:4+n], data[4+n:]
		}
		require.Len(t, data, 8)
		require.Equal(t, want, Binding{texts[0], texts[1], texts[2], binary.BigEndian.Uint64([]byte(data))})
	}
}

func TestC8_BindingMustNameAPlace(t *testing.T) {
	t.Parallel()
	s := NewSealer(memoryKeys(t), nil)
	longest := strings.Repeat("x", MaxBindingBytes)
	sealed, err := s.SealBytes(t.Context(), Binding{longest, longest, longest, 1<<64 - 1}, nil)
	require.NoError(t, err)
	for want, b := range map[string]Binding{
		"tenant: is required; connection: is required; field: is required": {},
		"tenant: is required":                          {Connection: "c", Field: "f"},
		"connection: is required":                      {Tenant: "t", Field: "f"},
		"field: is required":                           {Tenant: "t", Connection: "c"},
		"connection: is longer than 512 bytes":         {"t", longest + "x", "f", 0},
		"tenant: is longer than 512 bytes; field: is ": {longest + "x", "c", "", 0},
	} {
		_, err := s.SealBytes(t.Context(), b, []byte("x"))
		require.ErrorIs(t, err, fs.ErrInvalid)
		assert.Contains(t, err.Error(), "binding: "+want)
		assert.NotContains(t, err.Error(), "xxx")
		_, err = s.OpenBytes(t.Context(), b, sealed)
		require.ErrorIs(t, err, fs.ErrInvalid)
		require.NotErrorIs(t, err, ErrTampered)
		assert.Contains(t, fmt.Sprint(err), want)
	}
}
