package governance

import (
	"fmt"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/patchbay/patchbay/connector"
)

// maxFindings bounds what one check tells: more would be read by nobody.
const maxFindings = 100

// findings collects what is wrong with a value, with JSON pointers into it.
type findings struct {
	list []connector.Fault
	more int
}

// add notes a fault; with an empty reason there is none.
func (f *findings) add(pointer, reason string) {
	if reason != "" {
		f.note(connector.Fault{Pointer: pointer, Reason: reason})
	}
}

func (f *findings) note(x connector.Fault) {
	if len(f.list) >= maxFindings {
		f.more++
		return
	}
	f.list = append(f.list, x)
}

func (f *findings) addf(pointer, format string, args ...any) {
	f.add(pointer, fmt.Sprintf(format, args...))
}

// under adds faults found one level below a pointer.
func (f *findings) under(pointer string, found []connector.Fault) {
	for _, x := range found {
		f.add(pointer+x.Pointer, x.Reason)
	}
}

// faults returns everything, nil for nothing.
func (f *findings) faults() []connector.Fault {
	if f.more == 0 {
		return f.list
	}
	return append(slices.Clip(f.list), connector.Fault{
		Reason: fmt.Sprintf("%d more faults are not listed", f.more),
	})
}

// err returns the findings as an error, nil for nothing.
func (f *findings) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return connector.Faults(f.faults())
}

// text checks what is shown to people.
func (f *findings) text(pointer, s string, most int) {
	switch {
	case len(s) > most:
		f.addf(pointer, "it is %d bytes long, at most %d are allowed", len(s), most)
	case !utf8.ValidString(s):
		f.add(pointer, "it is not valid UTF-8")
	default:
		for i, r := range s {
			if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
				f.addf(pointer, "it has a control character at byte %d", i)
				return
			}
		}
	}
}

// effect checks an Effect, which may be left out or not.
func (f *findings) effect(pointer string, e Effect, optional bool) {
	switch {
	case e == Enable, e == Disable, e == "" && optional:
	case e == "":
		f.addf(pointer, "it is missing, want %q or %q", Enable, Disable)
	default:
		f.addf(pointer, "it is %s, want %q or %q", quote(string(e)), Enable, Disable)
	}
}

func (f *findings) atMost(pointer string, n, most int) bool {
	if n > most {
		f.addf(pointer, "it has %d entries, at most %d are allowed", n, most)
	}
	return n <= most
}

// element is the pointer of an element of a list.
func element(list string, i int) string { return list + "/" + strconv.Itoa(i) }

// maxQuoted bounds how much of an input a reason repeats.
const maxQuoted = 64

// quote quotes s for a reason, shortened.
func quote(s string) string {
	if len(s) > maxQuoted {
		return strconv.Quote(s[:maxQuoted]) + "..."
	}
	return strconv.Quote(s)
}
