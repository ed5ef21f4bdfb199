package catalog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// unsound is what keeps a connector, or releases of it, out of the store.
type unsound struct {
	whole    []connector.Fault
	releases map[int][]connector.Fault // by index
}

// inspect looks for what no Feed should offer. Feeds check what they read; but
// one careless entry, once stored, could never be read again and would take the whole
// catalog with it (P16).
func inspect(conn *connector.Connector) unsound {
	u := unsound{releases: map[int][]connector.Fault{}}
	for _, f := range conn.Validate() {
		rest, found := strings.CutPrefix(f.Pointer, "/releases/")
		number, _, _ := strings.Cut(rest, "/")
		if n, err := strconv.Atoi(number); found && err == nil {
			u.releases[n] = append(u.releases[n], f)
		} else {
			u.whole = append(u.whole, f)
		}
	}
	if _, err := storable(*conn); err == nil {
		return u
	}
	for i := range conn.Releases {
		if _, err := storable(conn.Releases[i]); err != nil && u.releases[i] == nil {
			u.releases[i] = []connector.Fault{{Pointer: fmt.Sprintf("/releases/%d", i), Reason: err.Error()}}
		}
	}
	if len(u.releases) == 0 && len(u.whole) == 0 {
		u.whole = []connector.Fault{{Reason: "it cannot be stored"}}
	}
	return u
}
