package strictjson

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// name is a member's name as it stands in the input, without its quotes. In
// a path, start -1 makes it the element with index end.
type name struct {
	start, end int32
	escaped    bool
}

// bytes returns the name without escapes.
func (d *decoder) bytes(n name) []byte {
	b := d.data[n.start:n.end]
	if n.escaped {
		return unescape(nil, b)
	}
	return b
}

// pointer renders the current path.
func (d *decoder) pointer() string {
	var buf [128]byte
	b := append(buf[:0], d.o.Pointer...)
	for _, n := range d.path {
		if n.start < 0 {
			b = strconv.AppendInt(append(b, '/'), int64(n.end), 10)
			continue
		}
		if len(b)+int(n.end-n.start) > maxPointer {
			break
		}
		b = append(b, '/')
		b = append(b, escapePointer(string(d.bytes(n)))...)
	}
	return string(b)
}

// escapePointer writes a name as a token of a JSON pointer (RFC 6901 section 3).
func escapePointer(s string) string {
	if !strings.ContainsAny(s, "~/") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// full says that no more faults need to be found.
func (d *decoder) full() bool { return d.muted || len(d.faults) > MaxFaults }

// faultf notes what is wrong with the value of the current path.
func (d *decoder) faultf(pos int, format string, args ...any) {
	if d.full() {
		return
	}
	f := Fault{Offset: d.o.Base + pos, Pointer: d.pointer()}
	if len(d.faults) == MaxFaults {
		f.Reason = fmt.Sprintf("more faults follow; only the first %d are listed", MaxFaults)
	} else {
		f.Reason = fmt.Sprintf(format, args...)
	}
	d.faults = append(d.faults, f)
}

// fatal notes a fault of syntax and returns false, for the caller to return.
func (d *decoder) fatal(pos int, reason string) bool {
	d.faults = append(d.faults, Fault{
		Pointer: d.pointer(), Offset: d.o.Base + pos, Reason: reason, Fatal: true,
	})
	return false
}

// text is part of the input, quoted only when a fault is really printed.
type text []byte

func (t text) String() string { return quote(t) }

// sort puts the faults in the order of the document: one about a member's name
// can be found before one about the member. The last two stay last: that there
// are more, and a fatal one.
func (d *decoder) sort() {
	told := d.faults[:min(len(d.faults), MaxFaults)]
	if n := len(told); n > 0 && told[n-1].Fatal {
		told = told[:n-1]
	}
	slices.SortStableFunc(told, func(a, b Fault) int { return cmp.Compare(a.Offset, b.Offset) })
}
