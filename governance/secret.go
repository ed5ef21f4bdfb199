package governance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// MaxSealedBytes bounds the reference of a sealed Secret.
const MaxSealedBytes = 96 << 10

// errSecretForm does not quote what was written instead.
var errSecretForm = errors.New(`a secret is a string, or {"sealed": "..."} as it was given out`)

// Secret is the value of a secret preset in one of two states (G11):
//
//   - new, as an admin wrote it. In a document it is a string. It is encoded as
//     auth.Redacted, which cannot be read back.
//   - sealed, as it is stored: an opaque reference that whoever sealed it can
//     open, and nobody else. In a document it is {"sealed": "..."}. An admin who edits
//     a policy gives back the reference that he was given, which keeps the secret.
//
// Policy.Seal makes the one into the other. Neither state prints, logs or
// encodes the value. The zero value is no secret. A Secret is immutable, but for
// UnmarshalJSON, and safe for concurrent use. It is not comparable with ==.
type Secret struct {
	fresh  auth.Secret
	sealed string
	masked bool // there is a secret, and that is all that is known
}

// NewSecret returns a new Secret; an empty value gives the zero value.
func NewSecret(value auth.Secret) Secret { return Secret{fresh: value} }

// SealedSecret returns a sealed Secret. ref is opaque, printable and at most
// MaxSealedBytes long; Policy.Validate checks that.
func SealedSecret(ref string) Secret { return Secret{sealed: ref} }

// New returns the value of a Secret that is not sealed yet.
func (s Secret) New() (value auth.Secret, ok bool) { return s.fresh, !s.fresh.IsZero() }

// Sealed returns the reference of a sealed Secret.
func (s Secret) Sealed() (ref string, ok bool) { return s.sealed, s.sealed != "" }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.fresh.IsZero() && s.sealed == "" && !s.masked }

// mask returns a Secret of which nothing can be taken.
func (s Secret) mask() Secret { return Secret{masked: !s.IsZero()} }

// String returns auth.Redacted.
func (s Secret) String() string { return auth.Redacted }

// GoString returns auth.Redacted.
func (s Secret) GoString() string { return auth.Redacted }

// Format writes auth.Redacted whatever the verb and flags.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, auth.Redacted) // fmt keeps no error of a Formatter
}

// MarshalText returns auth.Redacted. XML, YAML, flag and text log encoders ask it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(auth.Redacted), nil }

// sealedForm is the JSON of a sealed Secret.
type sealedForm struct {
	Sealed string `json:"sealed"`
}

// MarshalJSON returns auth.Redacted for a new Secret, and the reference of a
// sealed one.
func (s Secret) MarshalJSON() ([]byte, error) {
	if s.sealed == "" {
		return json.Marshal(auth.Redacted)
	}
	return json.Marshal(sealedForm{s.sealed})
}

// UnmarshalJSON reads both forms. The error never contains what was read.
func (s *Secret) UnmarshalJSON(data []byte) error {
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '"' {
		var fresh auth.Secret
		if err := fresh.UnmarshalJSON(data); err != nil {
			return err
		}
		*s = Secret{fresh: fresh}
		return nil
	}
	var form sealedForm
	if len(strictjson.Decode(data, &form, nil)) > 0 || form.Sealed == "" {
		return errSecretForm
	}
	*s = Secret{sealed: form.Sealed}
	return nil
}
