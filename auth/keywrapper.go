package auth

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
)

// Sizes of keys. What is larger is refused.
const (
	// DataKeyBytes is the size of every data key: AES-256.
	DataKeyBytes = 32
	// MaxKeyIDBytes bounds the id of a key. Resource names and addresses of the
	// key management services fit.
	MaxKeyIDBytes = 512
	// MaxWrappedKeyBytes bounds a wrapped data key. What the key management
	// services return for 32 bytes is a tenth of it or less.
	MaxWrappedKeyBytes = 8 << 10
)

// KeyWrapper keeps the keys that protect data keys (C8), and never hands them
// out: it encrypts ("wraps") and decrypts ("unwraps") a data key, which is
// always DataKeyBytes long. A [Sealer] makes a data key for each record.
//
// Implementations: [NewMemoryKeys] and [OpenKeyFile]; [JoinKeys] makes several
// one. A new one is tested with authtest.TestKeyWrapper.
//
// This is the place where a key management service or a hardware module comes in.
// An adapter is about thirty lines on the service's client:
//
//   - CurrentKey names the key, including its version where the service has versions,
//     so that the name changes when the key rotates.
//   - Wrap is the service's encrypt (or wrap) call. KeyID is what the service
//     says it has used, not what was asked for.
//   - Unwrap is its decrypt (or unwrap) call. A key that was deleted or never existed
//     gives ErrUnknownKey, a ciphertext that the service rejects ErrTampered, and
//     all else (no network, no permission, throttled) the client's own error, because
//     that may pass.
//   - Time limits come with the context; retries are the client's.
//
// The wrapping must be authenticated, such as AES-GCM or AES-KW (RFC 3394).
// Additional authenticated data is not needed: each data key encrypts one
// record, and that record is bound to its place.
//
// All methods are safe for concurrent use and return the context's error, wrapped,
// when it has ended. They neither keep nor change their arguments, and what they
// return belongs to the caller. No error and no printed form contains a key.
type KeyWrapper interface {
	// CurrentKey returns the id of the key that Wrap uses now: 1 to MaxKeyIDBytes
	// visible ASCII characters. It is the same until the keys rotate.
	CurrentKey(ctx context.Context) (string, error)
	// Wrap encrypts dataKey under the current key.
	Wrap(ctx context.Context, dataKey []byte) (WrappedKey, error)
	// Unwrap returns the data key that was wrapped under key.KeyID, current or not.
	// Its errors wrap ErrUnknownKey if there is no such key, ErrTampered if
	// key.Bytes is not what Wrap returned under it.
	Unwrap(ctx context.Context, key WrappedKey) ([]byte, error)
}

// WrappedKey is an encrypted data key, and no secret.
type WrappedKey struct {
	// KeyID names the key that it is encrypted under: 1 to MaxKeyIDBytes visible
	// ASCII characters.
	KeyID string
	// Bytes are 1 to MaxWrappedKeyBytes bytes that only the KeyWrapper understands.
	Bytes []byte
}

// validKeyID reports whether id is visible ASCII within bounds.
func validKeyID[T string | []byte](id T) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return len(id) > 0 && len(id) <= MaxKeyIDBytes
}

func validWrapped(b []byte) bool { return len(b) > 0 && len(b) <= MaxWrappedKeyBytes }

// wrapKey wraps a data key and does not believe that it was done: a wrapper
// without a bound would spoil the envelope, one that does nothing the secret.
func wrapKey(ctx context.Context, keys KeyWrapper, dataKey []byte) (WrappedKey, error) {
	wrapped, err := keys.Wrap(ctx, dataKey)
	switch {
	case err != nil:
		return WrappedKey{}, err
	case !validKeyID(wrapped.KeyID) || !validWrapped(wrapped.Bytes):
		return WrappedKey{}, fmt.Errorf("the KeyWrapper returned a wrapped key out of bounds: %w", fs.ErrInvalid)
	case bytes.Contains(wrapped.Bytes, dataKey):
		return WrappedKey{}, fmt.Errorf("the KeyWrapper returned the data key in the open: %w", fs.ErrInvalid)
	}
	return wrapped, nil
}

// unwrapKey unwraps a data key. The caller clears it after use.
func unwrapKey(ctx context.Context, keys KeyWrapper, wrapped WrappedKey) ([]byte, error) {
	dataKey, err := keys.Unwrap(ctx, wrapped)
	if err != nil {
		return nil, err
	}
	if len(dataKey) != DataKeyBytes {
		clear(dataKey)
		return nil, fmt.Errorf("the KeyWrapper returned a data key of %d bytes: %w", len(dataKey), fs.ErrInvalid)
	}
	return dataKey, nil
}
