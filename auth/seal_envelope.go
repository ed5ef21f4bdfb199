package auth

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// An envelope holds everything but the Binding that opening needs:
//
//	magic       4 bytes   begins with a byte that no text begins with
//	version     1 byte    1: AES-256-GCM, Binding encoded as patchbay.seal/v1
//	key id      2 bytes of length, then the text
//	wrapped key 2 bytes of length, then the bytes
//	nonce      12 bytes
//	ciphertext  as long as the plaintext
//	tag        16 bytes
//
// Numbers are big-endian. There is one way to write each envelope. What precedes
// the nonce is not authenticated with the ciphertext, so that Rewrap need not
// touch that: a changed byte there names another key or gives another data key,
// which does not open the rest.
const (
	envelopeMagic   = "\x8ePBS"
	envelopeVersion = 1

	nonceBytes = 12
	tagBytes   = 16

	envelopeFixed = len(envelopeMagic) + 1 + 2 + 2 + nonceBytes + tagBytes // all but key id, wrapped key and ciphertext
	maxEnvelope   = envelopeFixed + MaxKeyIDBytes + MaxWrappedKeyBytes + MaxSealBytes
)

// envelope is a parsed one. All parts lie in the bytes that were parsed.
type envelope struct {
	keyID   []byte
	wrapped []byte
	header  []byte // everything up to the nonce
	sealed  []byte // nonce, ciphertext and tag
}

// key returns a copy of the wrapped key: e lies in an immutable value.
func (e *envelope) key() WrappedKey {
	return WrappedKey{KeyID: string(e.keyID), Bytes: bytes.Clone(e.wrapped)}
}

// appendHeader appends everything up to the nonce.
func appendHeader(dst []byte, key WrappedKey) []byte {
	dst = append(dst, envelopeMagic...)
	dst = append(dst, envelopeVersion)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(key.KeyID))) //nolint:gosec // key is valid
	dst = append(dst, key.KeyID...)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(key.Bytes))) //nolint:gosec // key is valid
	return append(dst, key.Bytes...)
}

// parseEnvelope reads an envelope. What does not begin like one is
// ErrNotSealed, what begins like one and is none is ErrTampered.
func parseEnvelope(b []byte) (envelope, error) {
	const before = len(envelopeMagic) + 1
	switch {
	case len(b) < before || string(b[:len(envelopeMagic)]) != envelopeMagic:
		return envelope{}, ErrNotSealed
	case b[before-1] != envelopeVersion:
		return envelope{}, fmt.Errorf("%w that this version understands: format %d: %w", ErrNotSealed, b[before-1], errors.ErrUnsupported)
	}
	var e envelope
	var tail []byte
	var ok bool
	if e.keyID, tail, ok = cutSized(b[before:]); !ok || !validKeyID(e.keyID) {
		return envelope{}, ErrTampered
	}
	if e.wrapped, tail, ok = cutSized(tail); !ok || !validWrapped(e.wrapped) {
		return envelope{}, ErrTampered
	}
	if n := len(tail) - nonceBytes - tagBytes; n < 0 || n > MaxSealBytes {
		return envelope{}, ErrTampered
	}
	e.header, e.sealed = b[:len(b)-len(tail)], tail
	return e, nil
}

// cutSized cuts off a part that begins with its length in two bytes.
func cutSized(b []byte) (part, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if b = b[2:]; n > len(b) {
		return nil, nil, false
	}
	return b[:n:n], b[n:], true
}
