package connector

import (
	"fmt"
	"strings"
	"unicode"
)

// Key identifies a connector across feeds: lower case, first [a-z0-9], then
// [a-z0-9._-], with at most one publisher prefix before a single '/', at most
// MaxKeyBytes long. Both parts can be used as names of files and folders on every
// system: neither ends with a dot, and neither is a device name of Windows such as
// "nul" or "com1", not even with an extension.
//
// A Key is not a display name. The zero value is no key.
type Key string

// MaxKeyBytes bounds a Key.
const MaxKeyBytes = 128

// ParseKey returns s as a Key. The error wraps ErrInvalid and says what is
// wrong; of a display name it says that it is none.
func ParseKey(s string) (Key, error) {
	if reason := keyReason(s); reason != "" {
		return "", &inputError{"connector key", s, reason}
	}
	return Key(s), nil
}

// Valid reports whether k is what ParseKey accepts.
func (k Key) Valid() bool { return keyReason(string(k)) == "" }

// Publisher returns the part before the '/', or "" when there is none.
func (k Key) Publisher() string {
	publisher, _, ok := strings.Cut(string(k), "/")
	if !ok {
		return ""
	}
	return publisher
}

// Name returns the part after the '/', or all of k when there is none.
func (k Key) Name() string { return string(k[strings.IndexByte(string(k), '/')+1:]) }

// keyReason says what is wrong with a key; empty: nothing.
func keyReason(s string) string {
	switch {
	case s == "":
		return "it is empty"
	case len(s) > MaxKeyBytes:
		return fmt.Sprintf("it is %d bytes long, at most %d are allowed", len(s), MaxKeyBytes)
	case displayName(s):
		return "it looks like a display name, and a display name is not a key: keys are lower case, without spaces"
	}
	publisher, name, two := strings.Cut(s, "/")
	if !two {
		return keyPartReason(s)
	}
	if strings.Contains(name, "/") {
		return "it has more than one '/'"
	}
	if reason := keyPartReason(publisher); reason != "" {
		return "its publisher " + strings.TrimPrefix(reason, "it ")
	}
	if reason := keyPartReason(name); reason != "" {
		return "its name " + strings.TrimPrefix(reason, "it ")
	}
	return ""
}

func keyPartReason(part string) string {
	switch {
	case part == "":
		return "it is empty"
	case part == "." || part == "..":
		return "it is a path element, " + quote(part)
	case part[0] == '.' || part[0] == '_' || part[0] == '-':
		return fmt.Sprintf("it begins with %q, want a letter or digit", part[0])
	case part[len(part)-1] == '.':
		return "it ends with a dot"
	case deviceName(part):
		return "it is " + quote(part) + ", a device name reserved on Windows"
	}
	for i, r := range part {
		if !keyRune(r) {
			return fmt.Sprintf("it contains %q at byte %d; only a-z, 0-9, '.', '_' and '-' are allowed", r, i)
		}
	}
	return ""
}

func keyRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-'
}

// displayName reports whether s is written as names are shown to people: with
// capitals, spaces or other letters, and nothing that a path or URL would have.
func displayName(s string) bool {
	foreign := false
	for _, r := range s {
		switch {
		case keyRune(r):
		case unicode.IsLetter(r), r == ' ', strings.ContainsRune("&()+,!'", r):
			foreign = true
		default:
			return false
		}
	}
	return foreign && strings.TrimSpace(s) != ""
}

// deviceName reports whether Windows opens a device instead of a file of this
// name: it does so whatever the extension.
func deviceName(part string) bool {
	base, _, _ := strings.Cut(part, ".")
	switch base {
	case "con", "prn", "aux", "nul":
		return true
	}
	if len(base) != 4 || base[3] < '0' || base[3] > '9' {
		return false
	}
	return base[:3] == "com" || base[:3] == "lpt"
}
