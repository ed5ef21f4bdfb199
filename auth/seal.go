package auth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"io/fs"
	"time"
)

// MaxSealBytes bounds the plaintext of one sealed value.
const MaxSealBytes = 1 << 20

// SealerOptions tune a Sealer. nil and the zero value mean the defaults.
type SealerOptions struct {
	// CacheSize is how many unwrapped data keys are kept in memory, so that opening
	// a record again asks no KeyWrapper. 0 means 1024; less than 0 keeps none; more than
	// 65,536 counts as that.
	CacheSize int
	// CacheFor is how long an unwrapped data key is kept at most. For that long,
	// records that were open before still open after their key was destroyed or
	// the KeyWrapper has lost its permission. 0 means one minute; less than 0 keeps none;
	// more than an hour counts as that.
	CacheFor time.Duration
}

// Sealer seals secrets for storage (C8). Every record gets a data key of its
// own, random and used once: AES-256-GCM (NIST SP 800-38D, RFC 5116 section 5.2) with
// the Binding as associated data. The data key is wrapped by a [KeyWrapper] and
// lies beside the ciphertext, so rotating keys does not touch what was encrypted.
//
// NIST SP 800-38D section 8.3 allows a key 2^32 encryptions with random nonces;
// a data key has one. That bound is left for the key which wraps: rotate a local
// key before it has sealed 2^32 values.
//
// It uses approved functions of the standard library only, and works with
// GODEBUG=fips140=only. It is safe for concurrent use, starts nothing, and needs
// no closing.
type Sealer struct {
	keys  KeyWrapper // may be nil
	cache *keyCache
}

// NewSealer returns a Sealer. Without keys (nil) it refuses everything with
// ErrNoKey. o may be nil.
func NewSealer(keys KeyWrapper, o *SealerOptions) *Sealer {
	if o == nil {
		o = &SealerOptions{}
	}
	size, ttl := o.CacheSize, o.CacheFor
	if size == 0 {
		size = 1024
	}
	if ttl == 0 {
		ttl = time.Minute
	}
	return &Sealer{keys, newKeyCache(min(size, 1<<16), min(ttl, time.Hour))}
}

// Seal encrypts secret for the place that b names. See SealBytes for its errors.
func (s *Sealer) Seal(ctx context.Context, b Binding, secret Secret) (Sealed, error) {
	plaintext := []byte(secret.Reveal())
	defer clear(plaintext)
	return s.SealBytes(ctx, b, plaintext)
}

// SealBytes is Seal for a record that the caller has encoded. plaintext may be
// empty, is at most MaxSealBytes long, and is not changed.
//
// Its errors wrap ErrNoKey, fs.ErrInvalid for a Binding or plaintext out of
// bounds, or what the KeyWrapper returned. With an error there is no Sealed.
func (s *Sealer) SealBytes(ctx context.Context, b Binding, plaintext []byte) (Sealed, error) {
	if err := s.ready(ctx, &b); err != nil {
		return Sealed{}, fmt.Errorf("auth: seal: %w", err)
	}
	if len(plaintext) > MaxSealBytes {
		return Sealed{}, fmt.Errorf("auth: seal: plaintext %s: %w", tooLong(MaxSealBytes), fs.ErrInvalid)
	}
	dataKey := make([]byte, DataKeyBytes)
	defer clear(dataKey)
	_, _ = rand.Read(dataKey) // never fails, its documentation says
	wrapped, err := wrapKey(ctx, s.keys, dataKey)
	if err != nil {
		return Sealed{}, fmt.Errorf("auth: seal: %w", err)
	}
	aead, err := newAEAD(dataKey)
	if err != nil {
		return Sealed{}, fmt.Errorf("auth: seal: %w", err)
	}
	envelope := make([]byte, 0, envelopeFixed+len(wrapped.KeyID)+len(wrapped.Bytes)+len(plaintext))
	envelope = appendHeader(envelope, wrapped)
	envelope = aead.Seal(envelope, nil, plaintext, b.associatedData()) //nolint:gosec // nil: the AEAD takes a random nonce
	return Sealed{envelope}, nil
}

// ready reports why s cannot work for b.
func (s *Sealer) ready(ctx context.Context, b *Binding) error {
	if s.keys == nil {
		return ErrNoKey
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.validate()
}

// newAEAD returns AES-256-GCM that puts a fresh random nonce before each
// ciphertext.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
