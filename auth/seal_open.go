package auth

import (
	"context"
	"errors"
	"fmt"
)

// Open decrypts what was sealed for the place that b names. See OpenBytes for its
// errors.
func (s *Sealer) Open(ctx context.Context, b Binding, sealed Sealed) (Secret, error) {
	plaintext, err := s.OpenBytes(ctx, b, sealed)
	if err != nil {
		return Secret{}, err
	}
	defer clear(plaintext)
	return NewSecret(string(plaintext)), nil
}

// OpenBytes is Open for a record that the caller decodes. The plaintext belongs to
// the caller.
//
// Its errors wrap ErrNoKey; ErrNotSealed for the zero Sealed; ErrTampered for one
// that was altered, or sealed for another Binding; ErrUnknownKey if the key that it
// needs is gone; fs.ErrInvalid for a Binding out of bounds; or what the KeyWrapper
// returned. With an error there is no plaintext.
func (s *Sealer) OpenBytes(ctx context.Context, b Binding, sealed Sealed) ([]byte, error) {
	if err := s.ready(ctx, &b); err != nil {
		return nil, fmt.Errorf("auth: open: %w", err)
	}
	e, err := parseEnvelope(sealed.envelope)
	if err != nil {
		return nil, openError("open", err)
	}
	open := s.cache.get(e.header)
	cached := open != nil
	if !cached {
		if open, err = s.unwrap(ctx, e.key()); err != nil {
			return nil, err
		}
	}
	plaintext, err := open(nil, nil, e.sealed, b.associatedData())
	if err != nil {
		return nil, openError("open", ErrTampered)
	}
	if !cached { // a key is kept once it has opened something
		s.cache.put(e.header, open)
	}
	return plaintext, nil
}

// unwrap returns what opens under the data key.
func (s *Sealer) unwrap(ctx context.Context, key WrappedKey) (openFunc, error) {
	dataKey, err := unwrapKey(ctx, s.keys, key)
	if err != nil {
		return nil, openError("open", err)
	}
	defer clear(dataKey)
	aead, err := newAEAD(dataKey)
	if err != nil {
		return nil, fmt.Errorf("auth: open: %w", err)
	}
	return aead.Open, nil
}

// openError makes every form of ErrTampered the same.
func openError(op string, err error) error {
	if errors.Is(err, ErrTampered) {
		err = ErrTampered
	}
	return fmt.Errorf("auth: %s: %w", op, err)
}
