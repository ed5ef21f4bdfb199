package linear_test

import (
	"github.com/anishathalye/porcupine"
)

// What a client of a catalog asks.
type (
	wish struct {
		Do    string // "create", "rename", "delete", "get", "list"; "put policy", "delete policy", "read policy"
		Place int    // a folder, or a policy
		Name  int    `json:",omitempty"` // that a connection is to have
		ID    string `json:",omitempty"` // of a connection
		Mark  string `json:",omitempty"` // of what is made; unlike all others
		Base  int64  `json:",omitempty"` // that a change of a policy is based on
	}
	// reply is what it answers.
	reply struct {
		Err  string  `json:",omitempty"`
		Rev  int64   `json:",omitempty"` // of a policy
		Mark string  `json:",omitempty"`
		Rows []entry `json:",omitempty"`
	}
	// entry is a connection.
	entry struct {
		Place, Name int
		ID, Mark    string
	}
	catalogCall = call[wish, reply]
)

const exists = "exists"

const namesOfFolder = 3

// folder is which connection has each of the names.
type folder [namesOfFolder]string

// folderModel says what the connections of a folder are (C1).
func folderModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return folder{} },
		Step: func(state, in, out any) (bool, any) {
			f, told := state.(folder), out.(*reply)
			ok := f.take(in.(wish), told)
			return ok, f
		},
	}
}

// take does what w wishes, and reports whether the answer could have been given. The ID of a creation is the one
// that it had or turned out to have.
func (f *folder) take(w wish, out *reply) bool {
	at := -1
	for name, id := range f {
		if id == w.ID && id != "" {
			at = name
		}
	}
	pending := out == nil || out.Err == doubt
	switch {
	case w.Do == "get" && out.Err == "":
		return at == w.Name
	case w.Do == "get":
		return at < 0
	case w.Do == "create" && (pending || out.Err == ""):
		if f[w.Name] != "" || at >= 0 {
			return false
		}
		f[w.Name] = w.ID
		return true
	case w.Do == "create":
		return f[w.Name] != "" // exists
	}
	free := w.Do == "delete" || at == w.Name || f[w.Name] == ""
	switch {
	case pending && (at < 0 || !free):
		return true
	case pending:
	case out.Err == notFound:
		return at < 0
	case out.Err == exists:
		return at >= 0 && !free
	case at < 0 || !free:
		return false
	}
	f[at] = ""
	if w.Do == "rename" {
		f[w.Name] = w.ID
	}
	return true
}

// rule is a policy.
type rule struct {
	rev  int64 // 0: there is none
	mark string
}

// ruleModel says what a policy is (G12).
func ruleModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return rule{} },
		Step: func(state, in, out any) (bool, any) {
			p, told := state.(rule), out.(*reply)
			ok := p.take(in.(wish), told)
			return ok, p
		},
	}
}

// take makes the change. Of a pending one that has been seen, out has the revision.
func (p *rule) take(w wish, out *reply) bool {
	switch fits := p.rev == w.Base; {
	case w.Do == "read policy": // at the very end
		return p.rev == out.Rev && p.mark == out.Mark
	case out == nil || out.Err == doubt: // a deletion
		if fits {
			*p = rule{}
		}
	case out.Err == notFound:
		return p.rev == 0
	case out.Err == conflict:
		return !fits
	case !fits || w.Do == "put policy" && out.Rev <= p.rev:
		return false
	case w.Do == "put policy":
		*p = rule{out.Rev, w.Mark}
	default:
		*p = rule{}
	}
	return true
}
