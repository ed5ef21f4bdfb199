package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what a Secret shows wherever it is printed, logged or encoded.
const Redacted = "[redacted]"

// errRedacted refuses to take the mask for the value.
var errRedacted = errors.New("auth: a redacted secret cannot be read back")

// Secret is a value that must not be shown: a password, a token, a key. It
// prints, logs and encodes as Redacted, by every verb of fmt, slog, json,
// xml, gob and text encoders, and reflection finds a function where the value
// would be. Only Reveal returns it.
//
// The zero value is the empty secret. A Secret is immutable, except through
// its Unmarshal methods, and safe for concurrent use. It is not comparable
// with ==: use Equal.
//
// It cannot be stored by database/sql and does not survive a round trip
// through an encoder, on purpose: seal it instead.
type Secret struct {
	// reveal keeps the value out of reach of reflection: printers that walk
	// unexported fields, where no method of ours is asked, see a function.
	reveal func() string
}

// NewSecret returns a Secret that holds value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return value }}
}

// Reveal returns the value. Every call of it is a place to look at twice.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether the secret is empty. It makes the json option
// "omitzero" leave empty secrets out.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal reports whether both hold the same value, in a time that does not
// depend on where they differ.
func (s Secret) Equal(o Secret) bool {
	a, b := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(o.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// String returns Redacted.
func (s Secret) String() string { return Redacted }

// GoString returns Redacted.
func (s Secret) GoString() string { return Redacted }

// Format writes Redacted whatever the verb and flags.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, Redacted) // fmt keeps no error of a Formatter
}

// LogValue returns Redacted to slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalJSON returns Redacted as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText returns Redacted. XML, YAML, flag and map-key encoders ask it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// GobEncode returns Redacted. There is no GobDecode.
func (s Secret) GobEncode() ([]byte, error) { return []byte(Redacted), nil }

// UnmarshalJSON takes the value from a JSON string; null leaves the secret as
// it is. Reading Redacted back is an error, so that a form that was filled
// with masked values never overwrites the real ones.
func (s *Secret) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var value string
	if json.Unmarshal(data, &value) != nil {
		return errors.New("auth: a secret must be a JSON string") // the cause may quote it
	}
	return s.UnmarshalText([]byte(value))
}

// UnmarshalText takes text as the value, under the same condition as
// UnmarshalJSON.
func (s *Secret) UnmarshalText(text []byte) error {
	if string(text) == Redacted {
		return errRedacted
	}
	*s = NewSecret(string(text))
	return nil
}
