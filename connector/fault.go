package connector

import (
	"strconv"
	"strings"
)

// Fault is one thing wrong with a document, and where.
type Fault struct {
	Pointer string // RFC 6901 JSON pointer, such as "/connectors/3/releases/0/version"; "" is the whole document
	Line    int    // from 1; 0 where the document is not text
	Column  int    // from 1, in bytes
	Reason  string
}

// String returns the fault on one line, such as "/connectors/3/key (line 12,
// column 9): it is empty".
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Pointer)
	if f.Line > 0 {
		if f.Pointer != "" {
			b.WriteByte(' ')
		}
		b.WriteString("(line " + strconv.Itoa(f.Line) + ", column " + strconv.Itoa(f.Column) + ")")
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(f.Reason)
	return b.String()
}

// Faults is the error of a document that could not be used at all: everything
// that is wrong with it, in document order. It wraps ErrInvalid.
type Faults []Fault

// Error returns all faults, separated by "; ".
func (f Faults) Error() string {
	if len(f) == 0 {
		return ErrInvalid.Error()
	}
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "; ")
}

// Unwrap returns ErrInvalid.
func (f Faults) Unwrap() error { return ErrInvalid }

// Loss says what a problem cost.
type Loss string

// The losses, from small to large.
const (
	LostNothing   Loss = ""          // the entry is offered whole; something in it could not be expressed
	LostRelease   Loss = "release"   // one release of the connector is not offered
	LostConnector Loss = "connector" // the connector is not offered
)

// Problem is one entry of a feed with everything that is wrong with it. It
// never spoils other entries (P16). Feed is filled in by the catalog.
//
// A Problem is an error that wraps ErrInvalid.
type Problem struct {
	Feed    string
	Key     string // as the feed wrote it, even if it is no Key; cut to a length that can be shown
	Version string // likewise; empty when the whole connector is meant
	Lost    Loss
	Faults  []Fault // at least one, in document order
}

// Error names feed, key, version and what is lost, and lists every fault.
func (p Problem) Error() string {
	var b strings.Builder
	if p.Feed != "" {
		b.WriteString("feed " + quote(p.Feed) + ": ")
	}
	b.WriteString("connector " + quote(p.Key))
	if p.Version != "" {
		b.WriteString(" version " + quote(p.Version))
	}
	if p.Lost != LostNothing {
		b.WriteString(": the " + string(p.Lost) + " is not offered")
	}
	b.WriteString(": " + Faults(p.Faults).Error())
	return b.String()
}

// Unwrap returns ErrInvalid.
func (p Problem) Unwrap() error { return ErrInvalid }

// maxQuoted bounds how much of an input a reason repeats.
const maxQuoted = 64

// quote quotes s for a reason, shortened.
func quote(s string) string {
	if len(s) > maxQuoted {
		return strconv.Quote(s[:maxQuoted]) + "..."
	}
	return strconv.Quote(s)
}
