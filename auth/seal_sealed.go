package auth

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
)

// sealedMask is what a Sealed shows where it is printed.
const sealedMask = "[sealed]"

// Sealed is a sealed secret: opaque bytes that a [Sealer] made, to be stored. It
// prints and logs as "[sealed]", which keeps logs short; being encrypted, it
// is no secret. Encoders of JSON and other text write it as base64 (RFC 4648
// section 4), and reading refuses what is no sealed value, so that a plaintext
// does not pass for one.
//
// The zero value is no sealed value: it does not open. A Sealed is immutable,
// except through UnmarshalText, and safe for concurrent use. It is not comparable with
// ==: use Equal.
type Sealed struct {
	envelope []byte // well-formed, or empty
}

// ParseSealed takes stored bytes back. They are copied. Its errors wrap
// ErrNotSealed or ErrTampered; one about a format of a later version of this
// package wraps errors.ErrUnsupported, too. That b is a sealed value of ours is
// seen only by opening it.
func ParseSealed(b []byte) (Sealed, error) {
	if _, err := parseEnvelope(b); err != nil {
		return Sealed{}, fmt.Errorf("auth: parse sealed: %w", err)
	}
	return Sealed{bytes.Clone(b)}, nil
}

// Bytes returns a copy of the bytes to store; nil for the zero value.
func (s Sealed) Bytes() []byte { return bytes.Clone(s.envelope) }

// KeyID returns the id of the key that s needs, empty for the zero value. It is
// as trustworthy as where s was stored: good for counting what still needs an old
// key, not for deciding who may read.
func (s Sealed) KeyID() string {
	e, err := parseEnvelope(s.envelope)
	if err != nil {
		return ""
	}
	return string(e.keyID)
}

// IsZero reports whether s is the zero value. It makes the json option
// "omitzero" leave it out.
func (s Sealed) IsZero() bool { return len(s.envelope) == 0 }

// Equal reports whether both are the same bytes. Sealing one secret twice gives
// two that are not equal.
func (s Sealed) Equal(o Sealed) bool { return bytes.Equal(s.envelope, o.envelope) }

// String returns "[sealed]".
func (s Sealed) String() string { return sealedMask }

// GoString returns "[sealed]".
func (s Sealed) GoString() string { return sealedMask }

// Format writes "[sealed]" whatever the verb and flags.
func (s Sealed) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, sealedMask) // fmt keeps no error of a Formatter
}

// LogValue returns "[sealed]" to slog.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(sealedMask) }

// MarshalText returns the bytes in base64, empty for the zero value. The JSON of a
// Sealed is that as a string.
func (s Sealed) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, s.envelope), nil
}

// UnmarshalText takes back what MarshalText returned, with ParseSealed's errors.
// Empty text gives the zero value.
func (s *Sealed) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = Sealed{}
		return nil
	}
	if len(text) > base64.StdEncoding.EncodedLen(maxEnvelope) {
		return fmt.Errorf("auth: parse sealed: %w", ErrNotSealed)
	}
	b, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil || bytes.ContainsAny(text, "\r\n") {
		return fmt.Errorf("auth: parse sealed: %w", ErrNotSealed) // the cause would say where a plaintext has which byte
	}
	if _, err := parseEnvelope(b); err != nil {
		return fmt.Errorf("auth: parse sealed: %w", err)
	}
	s.envelope = b
	return nil
}
