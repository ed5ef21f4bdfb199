package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Rewrap wraps the data key of a sealed value under the current key and leaves the
// ciphertext as it is: the plaintext is never seen, and the Binding is not needed.
// changed is false, and the result is sealed itself, if it needs the current
// key already. Rotating the keys of many records is a loop over Rewrap that stores
// what changed if the record has not changed meanwhile; it can be stopped and begun
// again anywhere, and both forms open all the time. To move to another KeyWrapper, make
// the Sealer on JoinKeys.
//
// The new form has been unwrapped once before it is returned, so a key that can
// wrap and not unwrap loses nothing. The ciphertext is not checked: what did not open
// before does not open after.
//
// Its errors are those of OpenBytes. With an error the result is the zero Sealed
// and nothing must be stored.
func (s *Sealer) Rewrap(ctx context.Context, sealed Sealed) (rewrapped Sealed, changed bool, err error) {
	if s.keys == nil {
		return Sealed{}, false, fmt.Errorf("auth: rewrap: %w", ErrNoKey)
	}
	if err := ctx.Err(); err != nil {
		return Sealed{}, false, fmt.Errorf("auth: rewrap: %w", err)
	}
	e, err := parseEnvelope(sealed.envelope)
	if err != nil {
		return Sealed{}, false, openError("rewrap", err)
	}
	current, err := s.keys.CurrentKey(ctx)
	if err != nil {
		return Sealed{}, false, fmt.Errorf("auth: rewrap: %w", err)
	}
	if current == string(e.keyID) {
		return sealed, false, nil
	}
	key, err := s.rewrapKey(ctx, e.key())
	if err != nil {
		return Sealed{}, false, openError("rewrap", err)
	}
	if key.KeyID == string(e.keyID) { // the keys rotated back meanwhile
		return sealed, false, nil
	}
	size := envelopeFixed + len(key.KeyID) + len(key.Bytes) + len(e.sealed)
	return Sealed{append(appendHeader(make([]byte, 0, size), key), e.sealed...)}, true, nil
}

// rewrapKey wraps a data key anew and makes sure that it comes back.
func (s *Sealer) rewrapKey(ctx context.Context, key WrappedKey) (WrappedKey, error) {
	dataKey, err := unwrapKey(ctx, s.keys, key)
	if err != nil {
		return WrappedKey{}, err
	}
	defer clear(dataKey)
	given := slices.Clone(dataKey) // what the wrapper does to it must not make it look right
	defer clear(given)
	wrapped, err := wrapKey(ctx, s.keys, given)
	if err != nil {
		return WrappedKey{}, err
	}
	back, err := unwrapKey(ctx, s.keys, wrapped)
	if err != nil {
		return WrappedKey{}, fmt.Errorf("the current key does not unwrap what it wrapped: %w", untampered(err))
	}
	defer clear(back)
	if subtle.ConstantTimeCompare(dataKey, back) != 1 {
		return WrappedKey{}, fmt.Errorf("the current key unwraps to another data key: %w", fs.ErrInvalid)
	}
	return wrapped, nil
}

// untampered keeps a fault of the current key from being told as one of the
// sealed value.
func untampered(err error) error {
	if errors.Is(err, ErrTampered) || errors.Is(err, ErrUnknownKey) {
		return fs.ErrInvalid
	}
	return err
}
