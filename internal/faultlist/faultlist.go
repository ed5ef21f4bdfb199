// Package faultlist collects what is wrong with a part of a JSON document that
// a stranger wrote, with positions, and bounded.
package faultlist

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// MaxFaults bounds the faults that a List tells. One more then says how many
// there are besides.
const MaxFaults = 100

// List is what is wrong with one entry. The zero value is empty. It is not for
// concurrent use.
type List struct {
	faults []strictjson.Fault
	more   int // not kept
}

// Note adds a fault about the member of r that pointer names, a JSON pointer
// within r. Where there is none, the nearest value around it gives the position.
func (l *List) Note(r strictjson.Raw, pointer, format string, args ...any) {
	if len(l.faults) >= MaxFaults {
		l.more++
		return
	}
	offset, _ := strictjson.Locate(r.Bytes, pointer)
	l.faults = append(l.faults, strictjson.Fault{
		Pointer: r.Pointer + pointer, Offset: r.Offset + offset, Reason: fmt.Sprintf(format, args...),
	})
}

// NoteOnce is Note, unless the very same place has a fault already: what has the
// wrong type is not missing as well.
func (l *List) NoteOnce(r strictjson.Raw, pointer, format string, args ...any) {
	if !slices.ContainsFunc(l.faults, func(f strictjson.Fault) bool { return f.Pointer == r.Pointer+pointer }) {
		l.Note(r, pointer, format, args...)
	}
}

// Add adds faults found elsewhere.
func (l *List) Add(faults ...strictjson.Fault) {
	room := min(len(faults), max(0, MaxFaults-len(l.faults)))
	l.faults = append(l.faults, faults[:room]...)
	l.more += len(faults) - room
}

// Join adds all of m.
func (l *List) Join(m *List) {
	l.Add(m.faults...)
	l.more += m.more
}

// Len returns how many faults there are, also those that are not kept.
func (l *List) Len() int { return len(l.faults) + l.more }

// In returns the faults in the order of the document, with their lines and
// columns; nil when there are none.
func (l *List) In(lines *strictjson.Lines) []connector.Fault {
	if len(l.faults) == 0 {
		return nil
	}
	sorted := slices.Clone(l.faults)
	slices.SortStableFunc(sorted, func(a, b strictjson.Fault) int { return cmp.Compare(a.Offset, b.Offset) })
	out := make([]connector.Fault, 0, len(sorted)+1)
	for _, f := range sorted {
		line, column := lines.At(f.Offset)
		out = append(out, connector.Fault{Pointer: f.Pointer, Line: line, Column: column, Reason: f.Reason})
	}
	if l.more > 0 {
		last := out[len(out)-1]
		last.Reason = fmt.Sprintf("%d more faults are not listed", l.more)
		out = append(out, last)
	}
	return out
}

// EscapePointer writes a member's name as a token of a JSON pointer (RFC 6901
// section 3).
func EscapePointer(name string) string {
	out := make([]byte, 0, len(name))
	for i := range len(name) {
		switch name[i] {
		case '~':
			out = append(out, "~0"...)
		case '/':
			out = append(out, "~1"...)
		default:
			out = append(out, name[i])
		}
	}
	return string(out)
}
