package linear_test

import (
	"hash/maphash"

	"github.com/anishathalye/porcupine"
)

// What a client of a store asks.
type (
	ask struct {
		Do    string // "get", "list", "apply", "changes"
		Group int    // of keys, -1: of all
		Key   int    // of the group
		Steps []step `json:",omitempty"`
		Since int64  `json:",omitempty"`
		Limit int    `json:",omitempty"`
	}
	// step is an Op.
	step struct {
		Do    string // "put", "delete", "check"
		Key   int
		Value string `json:",omitempty"` // unlike that of any other put
		If    string // "any", "absent", "at"
		Rev   int64  `json:",omitempty"`
	}
	// told is what it answers.
	told struct {
		Err   string `json:",omitempty"` // one of those below, or what else the store says
		Index int    `json:",omitempty"` // of the step whose precondition did not hold
		Rev   int64  `json:",omitempty"`
		Rows  []row  `json:",omitempty"`
	}
	row struct {
		Group, Key int
		Rev        int64
		Value      string `json:",omitempty"`
		Gone       bool   `json:",omitempty"`
	}
	storeCall = call[ask, told]
)

// The errors that a client may see.
const (
	notFound = "not found"
	conflict = "conflict"
	late     = "late"  // its own context ended, and nothing has changed
	doubt    = "doubt" // perhaps it was done
)

// group is the state of a few keys that are changed together.
type group struct {
	last int64 // the newest revision that is known
	keys [keysOfGroup]cell
}

const keysOfGroup = 3

// cell is the state of a key.
type cell struct {
	rev   int64 // 0: it was never written; unknown: by an Apply of which nobody has ever seen anything
	value string
	gone  bool
}

const unknown = -1

func (c cell) revision() int64 {
	if c.gone {
		return 0
	}
	return c.rev
}

// move is one call on a group, as the model takes it.
type move struct {
	ask  ask
	rev  int64 // that a call without an answer turned out to have, 0 when nobody has seen anything of it
	rest bool  // there was room in the page of changes for all that there were, of all groups
}

// storeModel says what a store is (S1), of one group of keys.
func storeModel() porcupine.Model {
	seed := maphash.MakeSeed()
	return porcupine.Model{
		Init: func() any { return group{} },
		Step: func(state, in, out any) (bool, any) {
			s, told := state.(group), out.(*told)
			ok := s.take(in.(move), told)
			return ok, s
		},
		Hash: func(state any) uint64 { return maphash.Comparable(seed, state.(group)) },
	}
}

// take makes the move, and reports whether a store in this state could have given the answer.
func (s *group) take(m move, out *told) bool {
	switch m.ask.Do {
	case "get":
		c := s.keys[m.ask.Key]
		if out.Err == notFound {
			return c.revision() == 0
		}
		return len(out.Rows) == 1 && c.shows(out.Rows[0])
	case "list":
		rows := out.Rows
		for key, c := range s.keys {
			if c.revision() == 0 {
				continue
			}
			if len(rows) == 0 || rows[0].Key != key || !c.shows(rows[0]) {
				return false
			}
			rows = rows[1:]
		}
		return len(rows) == 0
	case "changes":
		return s.follow(m, out)
	default:
		return s.apply(m, out)
	}
}

func (c cell) shows(r row) bool { return !c.gone && c.rev == r.Rev && c.value == r.Value }

// apply does all steps or none.
func (s *group) apply(m move, out *told) bool {
	failed, changes := -1, false
	for i, st := range m.ask.Steps {
		now := s.keys[st.Key].revision()
		if st.If == "absent" && now != 0 || st.If == "at" && now != st.Rev {
			failed = i
			break
		}
		changes = changes || st.Do == "put" || st.Do == "delete" && now != 0
	}
	rev := m.rev
	switch {
	case out == nil || out.Err == doubt:
		if failed >= 0 || !changes {
			return rev == 0 // else it was done, but not now
		}
		if rev == 0 {
			rev = unknown
		}
	case out.Err == conflict:
		return failed == out.Index
	case failed >= 0:
		return false
	case !changes:
		return out.Rev >= s.last
	default:
		rev = out.Rev
	}
	if rev != unknown {
		if rev <= s.last {
			return false
		}
		s.last = rev
	}
	for _, st := range m.ask.Steps {
		c := &s.keys[st.Key]
		switch {
		case st.Do == "put":
			*c = cell{rev: rev, value: st.Value}
		case st.Do == "delete" && c.revision() != 0:
			*c = cell{rev: rev, gone: true}
		}
	}
	return true
}

// follow compares a page of changes with the keys of the group.
func (s *group) follow(m move, out *told) bool {
	var listed [keysOfGroup]*row
	for i, r := range out.Rows {
		listed[r.Key] = &out.Rows[i]
	}
	for key := range s.keys {
		c, r := &s.keys[key], listed[key]
		switch {
		case r == nil && c.rev != unknown && c.rev > m.ask.Since && (m.rest || c.rev <= out.Rev):
			return false
		case r == nil:
		case r.Gone && c.gone && c.rev == unknown:
			c.rev = r.Rev // now it is known
			s.last = max(s.last, c.rev)
		case r.Gone != c.gone || r.Rev != c.rev || r.Value != c.value:
			return false
		}
	}
	return true
}
