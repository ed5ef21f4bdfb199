package auth

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"strings"
)

// MaxBindingBytes bounds each text of a Binding.
const MaxBindingBytes = 512

// Binding is the place that a secret is sealed for: the associated data of the
// encryption (RFC 5116 section 2.1). A sealed value opens only for the very
// Binding it was sealed for, so a row that is copied into another tenant, connection,
// field or generation is refused there (C8).
//
// It is known to whoever opens, and is not part of the sealed value.
type Binding struct {
	// Tenant is whose secret it is. It must not be empty; what belongs to a whole
	// organization is sealed under a name that no tenant has.
	Tenant string
	// Connection is the id of the connection, or of the other record that holds the
	// secret: an app registration, or a policy with a preset (G11). It must not be empty.
	Connection string
	// Field says which secret of that record, such as "credential" or
	// "preset/client_secret". It must not be empty. Records of different kinds use
	// different fields, so that their ids need not be told apart.
	Field string
	// Generation counts how often the secret was replaced (C9), so that an older
	// value cannot come back in a newer one's place. Any value will do; records
	// without generations leave it 0.
	Generation uint64
}

// validate reports everything that is wrong, without quoting it.
func (b *Binding) validate() error {
	var f faults
	for _, x := range [...]struct{ field, value string }{
		{"tenant", b.Tenant}, {"connection", b.Connection}, {"field", b.Field},
	} {
		switch {
		case x.value == "":
			f.add(x.field, "is required")
		case len(x.value) > MaxBindingBytes:
			f.add(x.field, tooLong(MaxBindingBytes))
		}
	}
	if len(f) == 0 {
		return nil
	}
	return fmt.Errorf("binding: %s: %w", oneLine(f), fs.ErrInvalid)
}

// oneLine returns all faults on one line.
func oneLine(found []Fault) string {
	lines := make([]string, len(found))
	for i, x := range found {
		lines[i] = x.String()
	}
	return strings.Join(lines, "; ")
}

// bindingLabel keeps this use of a data key apart from every other, and names
// the version of the encoding below.
const bindingLabel = "patchbay.seal/v1"

// associatedData encodes b. Every part has a fixed size or begins with its length,
// so no two Bindings have the same encoding.
func (b *Binding) associatedData() []byte {
	data := make([]byte, 0, len(bindingLabel)+len(b.Tenant)+len(b.Connection)+len(b.Field)+3*4+8)
	data = append(data, bindingLabel...)
	for _, s := range [...]string{b.Tenant, b.Connection, b.Field} {
		data = binary.BigEndian.AppendUint32(data, uint32(len(s))) //nolint:gosec // at most MaxBindingBytes
		data = append(data, s...)
	}
	return binary.BigEndian.AppendUint64(data, b.Generation)
}
