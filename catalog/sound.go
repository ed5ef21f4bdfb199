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

// look is what can be said of a connector that a feed offers without knowing any other.
type look struct {
	unsound

	value []byte // as it would be stored; nil: it cannot be
	same  bool   // as what is stored
	offer *offer // what value says; nil: not known
}

// examine looks at connectors, side by side.
func (s *snapshot) examine(feed string, conns []connector.Connector) []look {
	looks := make([]look, len(conns))
	inParts(len(conns), func(from, to int) {
		var r offerReader
		for i := from; i < to; i++ {
			conn, l := &conns[i], &looks[i]
			l.value = encode(conn)
			if l.same = s.offerOf(conn.Key, feed).holds(l.value); l.same {
				l.value = nil
				continue
			}
			var err error
			l.offer, err = r.readBack(feed, conn.Key, l.value)
			l.unsound = inspect(conn, err)
		}
	})
	return looks
}

// inspect looks for what no Feed should offer. Feeds check what they read; but
// one careless entry, once stored, could never be read again and would take the whole
// catalog with it (P16). unreadable is why it could not be read back.
func inspect(conn *connector.Connector, unreadable error) unsound {
	var u unsound
	for _, f := range conn.Validate() {
		rest, found := strings.CutPrefix(f.Pointer, "/releases/")
		number, _, _ := strings.Cut(rest, "/")
		if n, err := strconv.Atoi(number); found && err == nil {
			u.lose(n, f)
		} else {
			u.whole = append(u.whole, f)
		}
	}
	if unreadable == nil {
		return u
	}
	for i := range conn.Releases {
		if _, err := storable(conn.Releases[i]); err != nil && u.releases[i] == nil {
			u.lose(i, connector.Fault{Pointer: fmt.Sprintf("/releases/%d", i), Reason: err.Error()})
		}
	}
	if len(u.releases) == 0 && len(u.whole) == 0 {
		u.whole = []connector.Fault{{Reason: "it cannot be stored"}}
	}
	return u
}

func (u *unsound) lose(release int, f connector.Fault) {
	if u.releases == nil {
		u.releases = map[int][]connector.Fault{}
	}
	u.releases[release] = append(u.releases[release], f)
}
