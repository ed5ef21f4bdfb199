package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"testing"
)

// BenchmarkSeal seals and opens 500 bytes, beside what the standard library does
// bare (one key for everything), with a fresh key each time, and with a fresh
// key that is wrapped: the least work that rule C8 allows.
func BenchmarkSeal(b *testing.B) {
	plaintext, key := make([]byte, 500), make([]byte, DataKeyBytes)
	place := Binding{Tenant: "acme", Connection: "0123456789abcdef", Field: "credential", Generation: 7}
	data := place.associatedData()
	bare, err := newAEAD(key)
	if err != nil {
		b.Fatal(err)
	}
	keys, err := NewMemoryKeys()
	if err != nil {
		b.Fatal(err)
	}
	file, err := OpenKeyFile(b.Context(), b.TempDir()+"/keys", &KeyFileOptions{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	fresh := func() cipher.AEAD {
		block, _ := aes.NewCipher(key)
		aead, _ := cipher.NewGCMWithRandomNonce(block)
		return aead
	}
	cached, uncached := NewSealer(keys, nil), NewSealer(keys, &SealerOptions{CacheSize: -1})
	onFile := NewSealer(file, nil)
	sealed, err := cached.SealBytes(b.Context(), place, plaintext)
	if err != nil {
		b.Fatal(err)
	}
	ciphertext := bare.Seal(nil, nil, plaintext, data)

	run := func(name string, do func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("seal/stdlib one key", func() error { bare.Seal(nil, nil, plaintext, data); return nil })
	run("seal/stdlib key each", func() error { fresh().Seal(nil, nil, plaintext, data); return nil })
	run("seal/stdlib wrapped key each", func() error {
		dataKey := make([]byte, DataKeyBytes)
		_, err := rand.Read(dataKey)
		block, _ := aes.NewCipher(dataKey)
		aead, _ := cipher.NewGCMWithRandomNonce(block)
		aead.Seal(nil, nil, plaintext, data)
		bare.Seal(nil, nil, dataKey, nil)
		return err
	})
	run("seal/memory keys", func() error { _, err := cached.SealBytes(b.Context(), place, plaintext); return err })
	run("seal/key file", func() error { _, err := onFile.SealBytes(b.Context(), place, plaintext); return err })
	run("open/stdlib one key", func() error { _, err := bare.Open(nil, nil, ciphertext, data); return err })
	run("open/stdlib key each", func() error { _, err := fresh().Open(nil, nil, ciphertext, data); return err })
	run("open/cached", func() error { _, err := cached.OpenBytes(b.Context(), place, sealed); return err })
	run("open/uncached", func() error { _, err := uncached.OpenBytes(b.Context(), place, sealed); return err })
}
