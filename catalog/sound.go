package catalog

import (
	"encoding/json"
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
	for i := range conn.Releases {
		if u.releases[i] != nil {
			continue
		}
		if _, err := json.Marshal(&conn.Releases[i]); err != nil {
			u.releases[i] = []connector.Fault{{Pointer: fmt.Sprintf("/releases/%d", i), Reason: "it cannot be stored: " + err.Error()}}
		}
	}
	return u
}
