package connector

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// ParseIndex reads an index in the native format.
//
// What is wrong with the document as a whole (its syntax, its format, its own
// members, a bound of o) is returned as an error of type Faults, and nothing
// else is. What is wrong with an entry costs only that entry: there is one
// Problem for each connector that is lost and one for each release that is, with
// everything that is wrong with it. A connector is lost with its last release.
// A key or version that is stated twice counts where it stands first, even when
// that entry is lost.
//
// For ordinary indexes the memory in use, data included, stays within three
// times the document, and all that is allocated on the way is within three
// times the document too; for hostile ones the bounds of o hold. The result
// does not hold on to data.
func ParseIndex(data []byte, o *ParseOptions) (*Index, []Problem, error) {
	p := newParser(o, DefaultMaxIndexBytes)
	doc, err := p.index(strictjson.Whole(data))
	if err != nil {
		return nil, nil, err
	}
	return &Index{
		Format: doc.Format, Version: doc.Version, Generated: doc.Generated, Expires: doc.Expires,
		Connectors: p.connectors,
	}, p.problems, nil
}

// ParseDocuments is ParseIndex for whoever keeps connectors as their JSON: all is
// checked in the same way, and little is allocated. The documents hold on to data, which
// must not be changed any more.
func ParseDocuments(data []byte, o *ParseOptions) (*Documents, []Problem, error) {
	p := newParser(o, DefaultMaxIndexBytes)
	p.undecoded = true
	doc, err := p.index(strictjson.Whole(data))
	if err != nil {
		return nil, nil, err
	}
	return p.collected(doc), p.problems, nil
}

// collected returns what was read.
func (p *parser) collected(doc *indexDocument) *Documents {
	return &Documents{Version: doc.Version, Generated: doc.Generated, Expires: doc.Expires, List: p.documents}
}

// ParseManifest reads a manifest, as it lies in a package under ManifestFile. The
// error is of type Faults and has everything that is wrong with it.
func ParseManifest(data []byte, o *ParseOptions) (*Manifest, error) {
	p := newParser(o, DefaultMaxManifestBytes)
	if faults := p.open(strictjson.Whole(data)); faults != nil {
		return nil, faults
	}
	var m Manifest
	faults := strictjson.Decode(data, &m, &p.whole)
	if !fatal(faults) {
		c := checker{parsed: true}
		c.manifest(&m)
		faults = merge(strictjson.Raw{Bytes: data}, faults, c.findings)
	}
	if len(faults) > 0 {
		return nil, Faults(p.place(faults))
	}
	return &m, nil
}

// parser reads one document.
type parser struct {
	o           ParseOptions
	whole       strictjson.Options // decodes everything in a value
	apart       strictjson.Options // leaves what is captured raw for later
	lines       *strictjson.Lines
	claimed     map[Key]int // to the index of the entry that stated the key first
	undecoded   bool        // documents are wanted, and not connectors
	held        []Document  // that were left out of what is read
	connectors  []Connector
	documents   []Document
	problems    []Problem
	told        int // faults in problems
	done, ahead int // bytes of "connectors" before and from the current entry on
}

func newParser(o *ParseOptions, maxBytes int) *parser {
	p := &parser{o: o.withDefaults(maxBytes), claimed: map[Key]int{}}
	p.whole, p.apart = p.o.decode()
	return p
}

// index reads a whole index. Entries are read side by side, as many as there are
// processors, and what depends on others is looked at in their order.
func (p *parser) index(x *strictjson.Excerpt) (*indexDocument, error) {
	if faults := p.open(x); faults != nil {
		return nil, faults
	}
	data := x.Bytes
	var doc indexDocument
	faults := strictjson.Decode(data, &doc, &p.apart)
	faults = p.document(data, &doc, faults)
	if len(faults) > 0 {
		return nil, Faults(p.place(faults))
	}
	readers := newReaders(p)
	for next := 0; next < doc.Connectors.Len(); {
		batch := readers.read(&doc.Connectors, next)
		next += len(batch)
		for i := range batch {
			e := &batch[i]
			if e.index == p.o.MaxConnectors {
				return nil, p.refuse(e.raw.Pointer, e.raw.Offset, "more than %d connectors", p.o.MaxConnectors)
			}
			p.done, p.ahead = e.raw.Offset-doc.Connectors.Offset, doc.Connectors.Offset+len(doc.Connectors.Bytes)-e.raw.Offset
			if _, twice := p.claimed[e.key]; e.left && twice {
				return nil, ErrAstray // to tell what is wrong with it takes its bytes
			}
			p.entry(e)
			if len(p.problems) > p.o.MaxProblems {
				return nil, p.refuse(doc.Connectors.Pointer, e.raw.Offset, "more than %d entries have problems up to here", p.o.MaxProblems)
			}
		}
	}
	return &doc, nil
}

// keep adds a connector that was decoded to the result.
func (p *parser) keep(c Connector) {
	if !p.undecoded {
		p.connectors = append(p.room(), c)
		return
	}
	data, err := json.Marshal(&c)
	if err != nil {
		return // it was decoded from JSON
	}
	p.documents = append(p.documents, Document{key: c.Key, json: data, sum: sha256.Sum256(data)})
}

// room returns the connectors with room for one more. Growing the list, it guesses from the
// entries so far how many there are in what is left, so that little is copied and little is slack.
func (p *parser) room() []Connector {
	n := len(p.connectors)
	if n < cap(p.connectors) {
		return p.connectors
	}
	const few = 16
	more := few
	if n >= few {
		guess := float64(n) * float64(p.ahead) / float64(p.done)
		more = max(few, min(int(1.05*guess), p.o.MaxConnectors-n))
	}
	grown := make([]Connector, n, n+more)
	copy(grown, p.connectors)
	return grown
}

// open refuses a document that is too long to be read at all.
func (p *parser) open(x *strictjson.Excerpt) Faults {
	p.lines = x.Lines()
	if x.Size > p.o.MaxBytes {
		return p.refuse("", 0, "the document has %d bytes, at most %d are allowed", x.Size, p.o.MaxBytes)
	}
	return nil
}

func (p *parser) refuse(pointer string, offset int, format string, args ...any) Faults {
	return p.place([]strictjson.Fault{{Pointer: pointer, Offset: offset, Reason: fmt.Sprintf(format, args...)}})
}

// document adds what is wrong with the document's own members.
func (p *parser) document(data []byte, doc *indexDocument, faults []strictjson.Fault) []strictjson.Fault {
	if fatal(faults) {
		return faults
	}
	var c checker
	switch doc.Format {
	case IndexFormat:
	case "":
		c.add("format", fmt.Sprintf("it is missing, want %q", IndexFormat))
	default:
		c.add("format", fmt.Sprintf("it is %s, want %q", quote(doc.Format), IndexFormat))
	}
	if !doc.Expires.IsZero() && !doc.Expires.After(doc.Generated) {
		c.add("expires", "it is not after generated")
	}
	switch list := doc.Connectors.Bytes; {
	case list == nil:
		c.add("connectors", "it is missing")
	case list[0] != '[':
		c.add("connectors", "want an array")
	}
	return merge(strictjson.Raw{Bytes: data}, faults, c.findings)
}

// fatal reports whether a document could not be read to its end.
func fatal(faults []strictjson.Fault) bool {
	return len(faults) > 0 && faults[len(faults)-1].Fatal
}

// merge adds the findings about a decoded value to what decoding found, in the
// order of the document. A finding about what could not be decoded says nothing
// new and is left out.
func merge(raw strictjson.Raw, faults []strictjson.Fault, findings []finding) []strictjson.Fault {
	decoding := len(faults)
	for _, f := range findings {
		pointer := raw.Pointer + f.pointer
		if slices.ContainsFunc(faults[:decoding], func(known strictjson.Fault) bool {
			return within(pointer, known.Pointer)
		}) {
			continue
		}
		offset, _ := strictjson.Locate(raw.Bytes, f.pointer)
		faults = append(faults, strictjson.Fault{Pointer: pointer, Offset: raw.Offset + offset, Reason: f.reason})
	}
	sortFaults(faults)
	return faults
}

// within reports whether a pointer leads to the value of another or into it.
func within(pointer, outer string) bool {
	rest, ok := strings.CutPrefix(pointer, outer)
	return ok && (rest == "" || rest[0] == '/')
}

func sortFaults(faults []strictjson.Fault) {
	slices.SortStableFunc(faults, func(a, b strictjson.Fault) int { return cmp.Compare(a.Offset, b.Offset) })
}

// placeIn is place for faults of another document.
func (p *parser) placeIn(data []byte, faults []strictjson.Fault) []Fault {
	p.lines = strictjson.NewLines(data)
	return p.place(faults)
}

// place gives faults their positions.
func (p *parser) place(faults []strictjson.Fault) []Fault {
	out := make([]Fault, len(faults))
	for i, f := range faults {
		line, column := p.lines.At(f.Offset)
		out[i] = Fault{Pointer: f.Pointer, Line: line, Column: column, Reason: f.Reason}
	}
	return out
}
