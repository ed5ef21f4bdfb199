package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Version 1 of what is stored, sealed for place under goldenKey. It must open for ever.
const (
	goldenKey    = "0123456789abcdef0123456789abcdef"
	goldenSealed = "jlBCUwEAIGRmZDYwMmYxNjAxMDhjZGRiNWMzMmM4MWY1YjM4YmYwADykH9J582MkHPUaIGgmmqaZ5jeCh+6ujkOXEBVJN6RZVg8z/jFf2+2e" +
		"DlwPV0PJz/DxBplqHiWLQ82TygrO4hdo7dWvCOA+n4ywOdZN1n/UBKpo7RaPYL8UsqlIOoKWx1hi"
	goldenFile = `{
  "format": "patchbay.keys/v1",
  "current": "dfd602f160108cddb5c32c81f5b38bf0",
  "keys": [
    {
      "id": "dfd602f160108cddb5c32c81f5b38bf0",
      "key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    }
  ]
}
`
)

func TestC8_OldRecordsOpenForEver(t *testing.T) {
	t.Parallel()
	keys, err := NewMemoryKeys(NewSecret(goldenKey))
	require.NoError(t, err)
	var sealed Sealed
	require.NoError(t, sealed.UnmarshalText([]byte(goldenSealed)))
	got, err := NewSealer(keys, nil).OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err)
	assert.Equal(t, "plaintext", string(got))

	ring, err := decodeKeys([]byte(goldenFile))
	require.NoError(t, err)
	assert.Equal(t, goldenKey, ring[0].reveal.Reveal())
	text, err := encodeKeys(ring)
	require.NoError(t, err)
	if string(text) != goldenFile { // byte by byte, not as JSON
		t.Errorf("%s", text)
	}
}

// The format as the comments describe it, read with the standard library alone.
func TestC8_FormatIsWhatItSays(t *testing.T) {
	t.Parallel()
	b, err := base64.StdEncoding.DecodeString(goldenSealed)
	require.NoError(t, err)
	require.Equal(t, "\x8ePBS\x01", string(b[:5]))
	id, b := sized(b[5:])
	wrapped, b := sized(b)
	assert.Equal(t, "dfd602f160108cddb5c32c81f5b38bf0", string(id))
	dataKey := openGCM(t, []byte(goldenKey), wrapped, []byte("patchbay.wrap/v1"))
	data := []byte("patchbay.seal/v1\x00\x00\x00\x04acme\x00\x00\x00\x02c1\x00\x00\x00\x0acredential\x00\x00\x00\x00\x00\x00\x00\x07")
	assert.Equal(t, "plaintext", string(openGCM(t, dataKey, b, data)))
}

func sized(b []byte) (part, rest []byte) {
	n := binary.BigEndian.Uint16(b)
	return b[2 : 2+n], b[2+n:]
}

// openGCM decrypts a nonce of 12 bytes, the ciphertext and its tag.
func openGCM(t *testing.T, key, sealed, data []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	aead, err := cipher.NewGCM(block)
	require.NoError(t, err)
	plaintext, err := aead.Open(nil, sealed[:12], sealed[12:], data)
	require.NoError(t, err)
	return plaintext
}
