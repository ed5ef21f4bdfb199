package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
)

// maxLocalKeys bounds the keys of one keyring.
const maxLocalKeys = 256

// localKey is a key that wraps data keys. The key itself is only reachable by
// calling its functions.
type localKey struct {
	id     string
	wrap   func(dataKey []byte) []byte
	unwrap func(wrapped []byte) ([]byte, error)
	reveal Secret // DataKeyBytes, to be stored
}

// newLocalKey takes raw as a key. Its id is a fingerprint, so that a damaged
// key, or one under another's name, is noticed before it is used.
func newLocalKey(raw []byte) (*localKey, error) {
	if len(raw) != DataKeyBytes {
		return nil, fmt.Errorf("a key has %d bytes, not %d: %w", DataKeyBytes, len(raw), fs.ErrInvalid)
	}
	aead, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, raw)
	mac.Write([]byte("patchbay.key-id/v1"))
	id := hex.EncodeToString(mac.Sum(nil)[:16])
	label := []byte("patchbay.wrap/v1")
	return &localKey{
		id: id,
		wrap: func(dataKey []byte) []byte {
			return aead.Seal(make([]byte, 0, len(dataKey)+nonceBytes+tagBytes), nil, dataKey, label) //nolint:gosec // nil: the AEAD takes a random nonce
		},
		unwrap: func(wrapped []byte) ([]byte, error) {
			dataKey, err := aead.Open(nil, nil, wrapped, label)
			if err != nil {
				return nil, ErrTampered
			}
			return dataKey, nil
		},
		reveal: NewSecret(string(raw)),
	}, nil
}

// freshLocalKey makes a random key.
func freshLocalKey() (*localKey, error) {
	raw := make([]byte, DataKeyBytes)
	defer clear(raw)
	_, _ = rand.Read(raw) // never fails, its documentation says
	return newLocalKey(raw)
}

// keyring is a set of keys, the first of them current and the others from the
// newest to the oldest. It is never changed.
type keyring []*localKey

// find returns the key with this id, or nil.
func (r keyring) find(id string) *localKey {
	for _, k := range r {
		if k.id == id {
			return k
		}
	}
	return nil
}

// ids returns the ids in order.
func (r keyring) ids() []string {
	ids := make([]string, len(r))
	for i, k := range r {
		ids[i] = k.id
	}
	return ids
}

// rotated returns r with a new key that is current.
func (r keyring) rotated() (keyring, error) {
	if len(r) >= maxLocalKeys {
		return nil, fmt.Errorf("there are %d keys already: destroy old ones: %w", len(r), fs.ErrInvalid)
	}
	fresh, err := freshLocalKey()
	if err != nil {
		return nil, err
	}
	return append(keyring{fresh}, r...), nil
}

// without returns r without a key, which must be there and not current.
func (r keyring) without(id string) (keyring, error) {
	switch i := slices.IndexFunc(r, func(k *localKey) bool { return k.id == id }); i {
	case -1:
		return nil, ErrUnknownKey
	case 0:
		return nil, fmt.Errorf("%w: it is the current one; rotate first", ErrKeyInUse)
	default:
		return slices.Delete(slices.Clone(r), i, i+1), nil
	}
}
