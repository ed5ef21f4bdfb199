package airbytefeed

import (
	"cmp"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// role is which of the two lists a definition stands in.
type role string

const (
	source      role = "source"
	destination role = "destination"
)

// mapper collects what a document offers.
type mapper struct {
	lines      *strictjson.Lines
	claimed    map[connector.Key]string // key -> pointer of the definition that states it first
	budget     int                      // parameters still allowed
	connectors []connector.Connector
	problems   []connector.Problem
}

// definition maps one entry of a list. It adds either one connector or one
// Problem with LostConnector, and Problems of lesser loss only to a connector.
func (m *mapper) definition(r role, raw strictjson.Raw) {
	var (
		def definition
		rep = report{budget: &m.budget}
	)
	if !decodeObject(raw, &def, &rep.lost) {
		m.problem("", "", connector.LostConnector, &rep.lost)
		return
	}
	key := m.identify(r, raw, def.id(r), &rep)
	conn := def.describe(r, key, raw, &rep)
	main := def.release(key, raw, &rep)
	verify(&conn, &main, raw, &rep.lost)
	candidates := def.candidates(&main, r, raw, &rep)
	for i := range candidates {
		c := &candidates[i]
		verify(&conn, &c.release, c.raw, &c.lost)
	}

	if rep.lost.Len() > 0 {
		for i := range candidates {
			rep.lost.Join(&candidates[i].lost)
		}
		rep.lost.Join(&rep.minor)
		m.problem(cmp.Or(string(key), clip(def.id(r))), "", connector.LostConnector, &rep.lost)
		return
	}
	conn.Releases = append(conn.Releases, main)
	m.problem(string(key), main.Version, connector.LostNothing, &rep.minor)
	for i := range candidates {
		c := &candidates[i]
		if c.lost.Len() > 0 {
			m.problem(string(key), clip(c.version), connector.LostRelease, &c.lost)
			continue
		}
		conn.Releases = append(conn.Releases, c.release)
		m.problem(string(key), c.version, connector.LostNothing, &c.minor)
	}
	m.connectors = append(m.connectors, conn)
}

// identify returns the key of a definition, or "" and notes why it has none.
// Of several definitions with one key the first keeps it, even if it is not
// offered itself: a key must not change its owner because of a typing error
// elsewhere.
func (m *mapper) identify(r role, raw strictjson.Raw, id string, rep *report) connector.Key {
	pointer := "/" + r.idMember()
	key := connector.Key(strings.ToLower(id))
	switch first, taken := m.claimed[key]; {
	case id == "":
		rep.lost.NoteOnce(raw, pointer, "id is missing")
		return ""
	case !uuid(string(key)):
		rep.lost.NoteOnce(raw, pointer, "id %q is not a UUID", clip(id))
		return ""
	case taken:
		rep.lost.Note(raw, pointer, "id is also that of %s, which keeps it", first)
	default:
		m.claimed[key] = raw.Pointer
	}
	return key
}

// verify holds what is to be offered to the model's own rules, if nothing else
// is wrong with it: what it refuses must not be offered.
func verify(conn *connector.Connector, rel *connector.Release, raw strictjson.Raw, lost *faultlist.List) {
	if lost.Len() > 0 {
		return
	}
	whole := *conn
	whole.Releases = []connector.Release{*rel}
	for _, f := range whole.Validate() {
		at := ""
		if f.Pointer == "/name" {
			at = f.Pointer
		}
		lost.Note(raw, at, "cannot be offered: %s: %s", f.Pointer, f.Reason)
	}
}

// problem adds a Problem if there are faults.
func (m *mapper) problem(key, version string, lost connector.Loss, l *faultlist.List) {
	if l.Len() == 0 {
		return
	}
	m.problems = append(m.problems, connector.Problem{
		Key: key, Version: version, Lost: lost, Faults: l.In(m.lines),
	})
}

// clip shortens text of the document for a message.
func clip(s string) string {
	if len(s) > maxShown {
		return strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return s
}

// report is the outcome of reading one definition or release candidate.
type report struct {
	lost  faultlist.List // any of them: it is not offered
	minor faultlist.List // left out of what is offered

	budget *int // parameters that the document may still have
}
