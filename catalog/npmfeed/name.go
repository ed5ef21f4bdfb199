package npmfeed

import (
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// keyOf maps a package's name to a key: "@scope/name" becomes "scope/name". A
// name that npm would not take today, such as one with capitals, has none.
func keyOf(name string) (connector.Key, error) {
	bare, scoped := strings.CutPrefix(name, "@")
	if scoped != strings.Contains(bare, "/") {
		return "", fmt.Errorf("%q is no package name: want \"name\" or \"@scope/name\": %w", clip(name), connector.ErrInvalid)
	}
	return connector.ParseKey(bare)
}

// slash is how the slash of a scoped name is written in a path.
const slash = "%2f"

// escaped is a package's name as one path element of a registry's URL.
func escaped(name string) string { return strings.Replace(name, "/", slash, 1) }

// maxShown bounds how much of a document or name a message repeats.
const maxShown = 128

func clip(s string) string {
	if len(s) > maxShown {
		return strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return s
}
