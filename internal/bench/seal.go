package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/patchbay/patchbay/auth"
)

const (
	stdlib         = "stdlib GCM"
	stdlibEnvelope = "stdlib GCM, a key for each"
	tinkName       = "tink-go"
)

// sealWorks protect a credential of 500 bytes that belongs to one place.
//
// Rule C8 demands a data key of its own for each record, so what ours is held to
// is the standard library doing that: a fresh key, the sealing, and the key
// wrapped. Sealing everything with one key is shown beside it. Opening is held
// to the standard library with the key at hand.
func sealWorks() []work {
	return []work{
		{name: "seal", path: "seal a credential of 500 bytes", grows: "bytes", setup: func(*bed) (*trial, error) { return sealTrial(false) }},
		{name: "open", path: "open it", grows: "bytes", setup: func(*bed) (*trial, error) { return sealTrial(true) }},
	}
}

// sealers are all sides. The place of a secret is the associated data of the
// peers.
type sealers struct {
	plain   []byte
	place   auth.Binding
	data    []byte // place, for peers
	ours    *auth.Sealer
	one     cipher.AEAD
	tink    tink.AEAD
	tinkKMS tink.AEAD
}

func newSealers(size int) (*sealers, error) {
	s := &sealers{
		plain: bytes.Repeat([]byte("s"), size),
		place: auth.Binding{Tenant: benchTenant, Connection: "0123456789abcdef", Field: "credential", Generation: 7},
	}
	data, err := json.Marshal(s.place)
	if err != nil {
		return nil, err
	}
	s.data = data
	keys, err := auth.NewMemoryKeys()
	if err != nil {
		return nil, err
	}
	s.ours = auth.NewSealer(keys, nil)
	if s.one, err = freshGCM(); err != nil {
		return nil, err
	}
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if s.tink, err = aead.New(handle); err != nil {
		return nil, err
	}
	s.tinkKMS = aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), s.tink)
	return s, nil
}

func freshGCM() (cipher.AEAD, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	return gcmOf(key)
}

func gcmOf(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// envelope seals with a key that is used once, and wraps that key.
func (s *sealers) envelope() (sealed, wrapped []byte, err error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, nil, err
	}
	gcm, err := gcmOf(key)
	if err != nil {
		return nil, nil, err
	}
	return gcm.Seal(nil, nil, s.plain, s.data), s.one.Seal(nil, nil, key, nil), nil //nolint:gosec // the nonce is the AEAD's own, and random
}

func (s *sealers) openEnvelope(sealed, wrapped []byte) ([]byte, error) {
	key, err := s.one.Open(nil, nil, wrapped, nil)
	if err != nil {
		return nil, err
	}
	gcm, err := gcmOf(key)
	if err != nil {
		return nil, err
	}
	return gcm.Open(nil, nil, sealed, s.data)
}

func sealTrial(open bool) (*trial, error) {
	s, err := newSealers(500)
	if err != nil {
		return nil, err
	}
	small, err := newSealers(100)
	if err != nil {
		return nil, err
	}
	if !open {
		return &trial{
			same: s.same,
			ours: repeat("ours", s.sealOurs),
			peers: []side{
				repeat(stdlibEnvelope, func() error { _, _, err := s.envelope(); return err }),
				repeat(stdlib, func() error { s.one.Seal(nil, nil, s.plain, s.data); return nil }), //nolint:gosec // the nonce is the AEAD's own, and random
				repeat(tinkName+" envelope", func() error { _, err := s.tinkKMS.Encrypt(s.plain, s.data); return err }),
				repeat(tinkName, func() error { _, err := s.tink.Encrypt(s.plain, s.data); return err }),
			},
			goals:  []goal{atMost(stdlibEnvelope, 1.5), atMost(stdlib, 1.5)},
			growth: &growth{small: repeat("fewer", small.sealOurs), factor: 5, law: linear},
		}, nil
	}
	ours, err := s.opener()
	if err != nil {
		return nil, err
	}
	oursSmall, err := small.opener()
	if err != nil {
		return nil, err
	}
	bare := s.one.Seal(nil, nil, s.plain, s.data) //nolint:gosec // the nonce is the AEAD's own, and random
	sealed, wrapped, err := s.envelope()
	if err != nil {
		return nil, err
	}
	byTink, err := s.tink.Encrypt(s.plain, s.data)
	if err != nil {
		return nil, err
	}
	return &trial{
		same: s.same,
		ours: repeat("ours", ours),
		peers: []side{
			repeat(stdlib, func() error { _, err := s.one.Open(nil, nil, bare, s.data); return err }),
			repeat(stdlibEnvelope, func() error { _, err := s.openEnvelope(sealed, wrapped); return err }),
			repeat(tinkName, func() error { _, err := s.tink.Decrypt(byTink, s.data); return err }),
		},
		goals:  []goal{atMost(stdlib, 1.5)},
		growth: &growth{small: repeat("fewer", oursSmall), factor: 5, law: linear},
	}, nil
}

func (s *sealers) sealOurs() error {
	_, err := s.ours.SealBytes(background, s.place, s.plain)
	return err
}

func (s *sealers) opener() (func() error, error) {
	sealed, err := s.ours.SealBytes(background, s.place, s.plain)
	return func() error { _, err := s.ours.OpenBytes(background, s.place, sealed); return err }, err
}

// same sees to it that every side gives back what it sealed, in its own place and
// in no other.
func (s *sealers) same() error {
	sealed, err := s.ours.SealBytes(background, s.place, s.plain)
	if err != nil {
		return err
	}
	elsewhere := s.place
	elsewhere.Connection = "another"
	if _, err := s.ours.OpenBytes(background, elsewhere, sealed); err == nil {
		return errors.New("opened in another place")
	}
	ours, err := s.ours.OpenBytes(background, s.place, sealed)
	if err != nil {
		return err
	}
	bytes1, wrapped, err := s.envelope()
	if err != nil {
		return err
	}
	envelope, err := s.openEnvelope(bytes1, wrapped)
	if err != nil {
		return err
	}
	encrypted, err := s.tink.Encrypt(s.plain, s.data)
	if err != nil {
		return err
	}
	tinks, err := s.tink.Decrypt(encrypted, s.data)
	if err != nil {
		return err
	}
	if _, err := s.tink.Decrypt(encrypted, []byte("elsewhere")); err == nil {
		return errors.New("tink opened in another place")
	}
	for _, got := range [][]byte{ours, envelope, tinks} {
		if !bytes.Equal(got, s.plain) {
			return fmt.Errorf("%d bytes came back, not those that were sealed", len(got))
		}
	}
	return nil
}
