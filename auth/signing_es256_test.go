package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// One signature in 128 has a number that begins with a zero byte, and keeps it.
func TestES256KeepsItsLength(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	input := []byte("header.claims")
	digest := sha256.Sum256(input)
	short := [2]bool{}
	for n := 0; n < 20_000 && short != [2]bool{true, true}; n++ {
		signature, err := signES256(key, input)
		require.NoError(t, err)
		require.Len(t, signature, 64)
		short[0], short[1] = short[0] || signature[0] == 0, short[1] || signature[32] == 0
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		require.True(t, ecdsa.Verify(&key.PublicKey, digest[:], r, s))
	}
	require.Equal(t, [2]bool{true, true}, short)
}
