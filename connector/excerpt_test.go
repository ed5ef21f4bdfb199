package connector

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// However an index has been changed since it became known: it reads as if nothing were known of it, or is not read.
func FuzzExcerpt(f *testing.F) {
	index := Index{Format: IndexFormat, Version: 1}
	for _, key := range []Key{"a", "b", "c"} {
		index.Connectors = append(index.Connectors, Connector{Key: key, Name: strings.Repeat("N", 200), Releases: []Release{{
			Version: "1.0.0", Artifact: Artifact{URL: "a.tgz", Digest: DigestOf([]byte(key))},
		}}})
	}
	before, err := index.MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	docs, _, err := ParseDocuments(before, nil)
	if err != nil {
		f.Fatal(err)
	}
	known := NewKnown(0)
	for i := range docs.List {
		known.Add(docs.List[i].key, docs.List[i].sum, len(docs.List[i].json))
	}
	second := bytes.Index(before, docs.List[1].json)
	f.Add(uint16(second), uint16(10), []byte(`{"key":"d"`), uint16(0))
	f.Add(uint16(second), uint16(40), []byte(`{}},{"connector":{"key":"d","name":"NNNN`), uint16(3))
	f.Add(uint16(second), uint16(40), []byte(`{}}],"x-list":[{"connector":{"key":"NNNN`), uint16(90))
	f.Add(uint16(second), uint16(0), before[second:second+len(docs.List[1].json)], uint16(7))
	f.Add(uint16(second-1), uint16(0), []byte(" "), uint16(1))
	f.Add(uint16(second+len(docs.List[1].json)), uint16(1), []byte("]"), uint16(1))
	f.Fuzz(func(t *testing.T, at, cut uint16, insert []byte, piece uint16) {
		from := min(int(at), len(before))
		data := slices.Concat(before[:from], insert, before[min(from+int(cut), len(before)):])
		checkExcerpt(t, data, known, int64(piece)*pieces)
	})
}

// checkExcerpt holds that leaving out what is known changes nothing that is read.
func checkExcerpt(t *testing.T, data []byte, known *Known, size int64) {
	t.Helper()
	docs, problems, err := ParseDocuments(data, nil)
	e, errRead := ReadExcerpt(bytes.NewReader(data), size, known, nil)
	if errRead != nil || e.Digest() != DigestOf(data) {
		t.Fatal(e, errRead)
	}
	again, told, errAgain := e.Documents()
	if errors.Is(errAgain, ErrAstray) {
		return
	}
	if d := cmp.Diff(err, errAgain) + cmp.Diff(problems, told); d != "" {
		t.Fatalf("known, it reads otherwise: %s", d)
	}
	if err != nil {
		return
	}
	if len(again.List) != len(docs.List) || again.Version != docs.Version || !again.Expires.Equal(docs.Expires) {
		t.Fatalf("known, it reads otherwise: %+v, %+v", again, docs)
	}
	for i := range again.List {
		d := &again.List[i]
		if d.sum != docs.List[i].sum || d.key != docs.List[i].key || d.json != nil && !bytes.Equal(d.json, docs.List[i].json) {
			t.Fatalf("known, it reads otherwise: %s, %s", d.key, docs.List[i].key)
		}
	}
}

// countingReader counts how often it is asked.
type countingReader struct {
	io.Reader

	asked int
}

func (r *countingReader) Read(p []byte) (int, error) {
	r.asked++
	return r.Reader.Read(p)
}

// An element is looked at again with each piece, so a size that is a lie must not make them small.
func TestExcerptOfMoreThanWasSaid(t *testing.T) {
	t.Parallel()
	data := document(`"` + strings.Repeat("x", 8<<20) + `"`)
	for _, size := range []int64{-1, 0, 1, 1 << 10, int64(len(data))} {
		r := &countingReader{Reader: strings.NewReader(data)}
		e, err := ReadExcerpt(r, size, nil, nil)
		if err != nil || e.Digest() != DigestOf([]byte(data)) {
			t.Fatal(err)
		}
		if most := 100; r.asked > most {
			t.Errorf("size %d: read in %d pieces, more than %d", size, r.asked, most)
		}
	}
}
