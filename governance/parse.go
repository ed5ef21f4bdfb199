package governance

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// ParsePolicy reads a policy document: the JSON form of a Policy, at most
// MaxPolicyBytes long. It is strict: names match exactly, nothing is stated
// twice, and an unknown member is an error, whatever its name (G4).
//
// The error is of type connector.Faults and has everything that is wrong, each with its
// JSON pointer, line and column. It never contains a secret.
func ParsePolicy(data []byte) (*Policy, error) {
	if len(data) > MaxPolicyBytes {
		var f findings
		f.addf("", "the document has %d bytes, at most %d are allowed", len(data), MaxPolicyBytes)
		return nil, f.err()
	}
	var p Policy
	faults := strictjson.Decode(data, &p, &strictjson.Options{
		MaxItems: MaxRules + 1, MaxText: auth.MaxValueBytes, MaxDepth: maxValueDepth + 8, NoExtensions: true,
	})
	var f findings
	if n := len(faults); n == 0 || !faults[n-1].Fatal {
		p.check(&f)
	}
	decoding := faults
	for _, x := range f.list {
		if !slices.ContainsFunc(decoding, func(known strictjson.Fault) bool { return within(x.Pointer, known.Pointer) }) {
			offset, _ := strictjson.Locate(data, x.Pointer)
			faults = append(faults, strictjson.Fault{Pointer: x.Pointer, Offset: offset, Reason: x.Reason})
		}
	}
	if len(faults) > 0 {
		return nil, locate(data, faults, f.more)
	}
	return &p, nil
}

// locate puts faults in the order of the document and gives them their positions.
func locate(data []byte, faults []strictjson.Fault, more int) connector.Faults {
	slices.SortStableFunc(faults, func(a, b strictjson.Fault) int { return cmp.Compare(a.Offset, b.Offset) })
	lines := strictjson.NewLines(data)
	var f findings
	for _, x := range faults {
		line, column := lines.At(x.Offset)
		f.note(connector.Fault{Pointer: x.Pointer, Line: line, Column: column, Reason: x.Reason})
	}
	f.more += more
	return f.faults()
}

// within reports whether a pointer leads to the value of another or into it:
// what could not be decoded has nothing else wrong with it.
func within(pointer, outer string) bool {
	rest, ok := strings.CutPrefix(pointer, outer)
	return ok && (rest == "" || rest[0] == '/')
}
