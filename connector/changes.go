package connector

import (
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// SchemeChanges says how the schemes of next differ from those of old in what
// matters to whoever holds a connection (P19), by id: "added oauth2", "removed
// basic", "changed oauth2: scopes, tokenURL". It is empty when every connection
// can go on as it is. A nil manifest has no schemes.
func SchemeChanges(old, next *Manifest) []string {
	before, after := schemes(old), schemes(next)
	var all []string
	for id, s := range before {
		if after[id] == nil {
			all = append(all, "removed "+id)
		} else if fields := s.Changes(after[id]); len(fields) > 0 {
			all = append(all, "changed "+id+": "+strings.Join(fields, ", "))
		}
	}
	for id := range after {
		if before[id] == nil {
			all = append(all, "added "+id)
		}
	}
	slices.Sort(all)
	return all
}

// OriginChanges says which origins next moves, adds or removes (P19): "moved
// oauth2 tokenURL from https://a.example to https://b.example", "added
// https://c.example", "removed https://d.example". Moved are the endpoints of a
// scheme that both have; a move to an origin that old had elsewhere is one too.
// A nil manifest has no origins.
func OriginChanges(old, next *Manifest) []string {
	before, after := schemes(old), schemes(next)
	var moves []string
	told := map[string]bool{} // origins that a move explains
	for id, s := range before {
		if after[id] == nil {
			continue
		}
		now := endpoints(after[id])
		for i, e := range endpoints(s) {
			if e.origin != "" && now[i].origin != "" && e.origin != now[i].origin {
				moves = append(moves, "moved "+id+" "+e.field+" from "+e.origin+" to "+now[i].origin)
				told[e.origin], told[now[i].origin] = true, true
			}
		}
	}
	slices.Sort(moves)
	was, is := old.Origins(), next.Origins()
	return slices.Concat(moves, missing("added ", is, was, told), missing("removed ", was, is, told))
}

// missing lists what a has and b has not.
func missing(verb string, a, b []string, except map[string]bool) []string {
	var out []string
	for _, s := range a {
		if _, found := slices.BinarySearch(b, s); !found && !except[s] {
			out = append(out, verb+s)
		}
	}
	return out
}

func schemes(m *Manifest) map[string]*auth.Scheme {
	byID := map[string]*auth.Scheme{}
	if m == nil {
		return byID
	}
	for i := range m.Auth {
		byID[m.Auth[i].ID] = &m.Auth[i]
	}
	return byID
}
